//! `stamp` changes with the tables that it is asked for, and not with others.

use super::*;

const SCHEMA: &str = "
    CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT);
    CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a ON DELETE CASCADE);
    CREATE TABLE c (x TEXT);
    CREATE TABLE d (x TEXT);
    CREATE TRIGGER t AFTER INSERT ON c BEGIN INSERT INTO d VALUES (NEW.x); END;
    CREATE VIEW v AS SELECT * FROM d;
    INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES (1, 1);";

#[tokio::test]
async fn it_changes_with_its_tables_alone() {
    let fixture = Fixture::new(SCHEMA).await;
    let stamp = |table: &str| fixture.database.stamp(&fixture.host, &[table.to_owned()]).unwrap();
    let (a, b, d, v) = (stamp("a"), stamp("b"), stamp("d"), stamp("v"));
    fixture.execute(&fixture.host, "UPDATE a SET x = 'y'").await.unwrap();
    assert_ne!(stamp("A"), a);
    assert_eq!((stamp("b"), stamp("d")), (b, d));
    assert_ne!(stamp("v"), v, "a view may show any table");
    let a = stamp("a");
    fixture.query(&fixture.host, "SELECT * FROM a").await.unwrap();
    assert_eq!(stamp("a"), a);
    fixture
        .execute(&fixture.host, "INSERT INTO c VALUES ('z')")
        .await
        .unwrap();
    assert_ne!(stamp("d"), d, "a trigger wrote it");
    assert_eq!((stamp("a"), stamp("b")), (a, b));
    fixture.execute(&fixture.host, "DELETE FROM a").await.unwrap();
    assert_ne!(stamp("b"), b, "a foreign key wrote it");
    let c = stamp("c");
    fixture
        .apply(&fixture.host, "more", 1, "CREATE TABLE e (x);")
        .await
        .unwrap();
    assert_ne!(stamp("c"), c, "the schema changed");
}

#[tokio::test]
async fn it_follows_transactions_when_they_are_committed() {
    let fixture = Fixture::new(SCHEMA).await;
    let stamp = || fixture.database.stamp(&fixture.host, &["c".to_owned()]).unwrap();
    let before = stamp();
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO c VALUES ('x')"))
        .await
        .unwrap();
    assert_eq!(stamp(), before);
    transaction.commit().await.unwrap();
    assert_ne!(stamp(), before);
}

#[tokio::test]
async fn it_needs_a_grant() {
    let fixture = Fixture::new(SCHEMA).await;
    let reader = role(&["a.x"], &[], &[]);
    assert!(fixture.database.stamp(&reader, &["a".into()]).is_ok());
    assert!(is_denied(&fixture.database.stamp(&reader, &["a".into(), "b".into()])));
}
