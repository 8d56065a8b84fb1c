//! What foreign keys do needs no grant in one direction, and does in the other.

use super::*;

const SCHEMA: &str = "
    CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT;
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent ON DELETE CASCADE, note TEXT) STRICT;
    CREATE TABLE guard (parent INTEGER REFERENCES parent) STRICT;
    CREATE TABLE other (x TEXT) STRICT;
    CREATE TABLE victim (parent INTEGER REFERENCES parent, note TEXT) STRICT;
    INSERT INTO parent VALUES (1, 'a'), (2, 'b');
    INSERT INTO child VALUES (10, 1, 'x'), (20, 2, 'y');
    INSERT INTO guard VALUES (2);";

#[tokio::test]
async fn deleting_a_parent_deletes_children_that_are_not_granted() {
    let fixture = Fixture::new(SCHEMA).await;
    let owner = role(&["parent"], &["parent"], &[]);
    assert_eq!(
        fixture
            .execute(&owner, "DELETE FROM parent WHERE id = 1")
            .await
            .unwrap()
            .changes,
        1
    );
    assert_eq!(fixture.values("SELECT id FROM child").await, [Value::Integer(20)]);
    let guarded = fixture.execute(&owner, "DELETE FROM parent WHERE id = 2").await;
    assert!(matches!(
        guarded,
        Err(Error::Constraint {
            kind: super::super::ConstraintKind::ForeignKey,
            ..
        })
    ));
}

#[tokio::test]
async fn that_opens_no_other_way_to_the_children() {
    let fixture = Fixture::new(SCHEMA).await;
    let owner = role(&["parent"], &["parent"], &[]);
    for sql in [
        "DELETE FROM child",
        "DELETE FROM parent WHERE id IN (SELECT parent FROM child)",
        "DELETE FROM parent RETURNING (SELECT group_concat(parent) FROM child)",
        "UPDATE parent SET name = (SELECT note FROM child)",
    ] {
        assert!(is_denied(&fixture.execute(&owner, sql).await), "{sql}");
    }
    assert_eq!(fixture.values("SELECT count(*) FROM child").await, [Value::Integer(2)]);
}

#[tokio::test]
async fn a_trigger_on_a_child_gains_nothing_from_it() {
    let fixture = Fixture::new(SCHEMA).await;
    let trigger = "CREATE TRIGGER t AFTER DELETE ON child BEGIN UPDATE victim SET note = 'gone'; END;";
    fixture.apply(&fixture.host, "schema", 2, trigger).await.unwrap();
    let owner = role(&["parent"], &["parent"], &[]);
    assert!(is_denied(
        &fixture.execute(&owner, "DELETE FROM parent WHERE id = 1").await
    ));
}

#[tokio::test]
async fn inserting_a_child_reads_the_key_of_its_parent() {
    let fixture = Fixture::new(SCHEMA).await;
    let sql = "INSERT INTO child (parent) VALUES (1)";
    assert!(is_denied(
        &fixture.execute(&role(&["child"], &["child"], &[]), sql).await
    ));
    assert!(
        fixture
            .execute(&role(&["child", "parent.id"], &["child"], &[]), sql)
            .await
            .is_ok()
    );
}
