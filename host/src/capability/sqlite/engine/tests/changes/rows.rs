//! Every way in which a row changes is told, with its values.

use super::*;

const T: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b');";

#[tokio::test]
async fn inserted_updated_and_deleted() {
    let statements = [
        "INSERT INTO t (x) VALUES ('c')",
        "UPDATE t SET x = x || '!' WHERE id >= 2",
        "UPDATE t SET id = 7 WHERE id = 1",
        "UPDATE t SET x = x WHERE id = 7",
        "DELETE FROM t WHERE id = 2",
    ];
    let expected = [
        "insert t (id=3, x='c')",
        "update t (id=2, x='b') to (id=2, x='b!')",
        "update t (id=3, x='c') to (id=3, x='c!')",
        "update t (id=1, x='a') to (id=7, x='a')",
        "update t (id=7, x='a') to (id=7, x='a')",
        "delete t (id=2, x='b!')",
    ];
    assert_eq!(told_of(T, &["t"], &statements).await, expected);
}

#[tokio::test]
async fn replaced_and_upserted() {
    let statements = [
        "INSERT OR REPLACE INTO t VALUES (3, 'a')",
        "REPLACE INTO t VALUES (2, 'c')",
        "UPDATE OR REPLACE t SET x = 'c' WHERE id = 3",
        "INSERT INTO t VALUES (3, 'd') ON CONFLICT (id) DO UPDATE SET x = excluded.x",
        "INSERT OR IGNORE INTO t VALUES (3, 'e')",
        "INSERT INTO t VALUES (9, 'd') ON CONFLICT DO NOTHING",
    ];
    let expected = [
        "delete t (id=1, x='a')",
        "insert t (id=3, x='a')",
        "delete t (id=2, x='b')",
        "insert t (id=2, x='c')",
        "delete t (id=2, x='c')",
        "update t (id=3, x='a') to (id=3, x='c')",
        "update t (id=3, x='c') to (id=3, x='d')",
    ];
    assert_eq!(told_of(T, &["t"], &statements).await, expected);
}

#[tokio::test]
async fn deleted_all_at_once_by_a_statement_from_before_the_first_log() {
    let fixture = Fixture::new(T).await;
    let delete_all = "DELETE FROM t";
    fixture.execute(&fixture.host, delete_all).await.unwrap();
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (4, 'd')")
        .await
        .unwrap();
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    fixture.execute(&fixture.host, delete_all).await.unwrap();
    assert_eq!(told(&changes, start), ["delete t (id=4, x='d')"]);
}

#[tokio::test]
async fn changed_by_foreign_keys_and_triggers() {
    let schema = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE orphan (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent ON DELETE SET NULL);
        CREATE TABLE noted (what TEXT);
        CREATE TRIGGER t AFTER DELETE ON child BEGIN INSERT INTO noted VALUES ('child ' || OLD.id); END;
        INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (10, 1), (20, 2); INSERT INTO orphan VALUES (30, 1);";
    let statements = [
        "UPDATE parent SET id = 3 WHERE id = 2",
        "DELETE FROM parent WHERE id = 1",
    ];
    let told = told_of(schema, &["parent", "child", "orphan", "noted"], &statements).await;
    let expected = [
        "update parent (id=2) to (id=3)",
        "update child (id=20, parent=2) to (id=20, parent=3)",
        "delete parent (id=1)",
        "update orphan (id=30, parent=1) to (id=30, parent=NULL)",
        "delete child (id=10, parent=1)",
        "insert noted (what='child 10')",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn without_a_rowid() {
    let schema = "CREATE TABLE t (x TEXT, k TEXT, n INTEGER, PRIMARY KEY (n, k)) WITHOUT ROWID;
        CREATE TABLE u (x TEXT, k TEXT, n INTEGER, PRIMARY KEY (n, k)) WITHOUT ROWID;
        INSERT INTO u VALUES ('u', 'v', 6)";
    let statements = [
        "INSERT INTO t VALUES ('x', 'k', 5), ('y', 'l', 4)",
        "REPLACE INTO t VALUES ('z', 'k', 5)",
        "UPDATE t SET x = 'v' WHERE n = 4",
        "UPDATE t SET n = 3 WHERE n = 4",
        "INSERT INTO t VALUES ('w', 'l', 3) ON CONFLICT DO UPDATE SET x = excluded.x",
        "DELETE FROM t",
        "INSERT INTO t SELECT * FROM u",
    ];
    let expected = [
        "insert t (x='x', k='k', n=5)",
        "insert t (x='y', k='l', n=4)",
        "delete t (x='x', k='k', n=5)",
        "insert t (x='z', k='k', n=5)",
        "update t (x='y', k='l', n=4) to (x='v', k='l', n=4)",
        "update t (x='v', k='l', n=4) to (x='v', k='l', n=3)",
        "update t (x='v', k='l', n=3) to (x='w', k='l', n=3)",
        "delete t (x='w', k='l', n=3)",
        "delete t (x='z', k='k', n=5)",
        "insert t (x='u', k='v', n=6)",
    ];
    assert_eq!(told_of(schema, &["t"], &statements).await, expected);
}

#[tokio::test]
async fn copied_from_a_table_that_looks_the_same() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE u (id INTEGER PRIMARY KEY, x TEXT);
        INSERT INTO u VALUES (5, 'five')";
    let told = told_of(schema, &["T"], &["INSERT INTO t SELECT * FROM u"]).await;
    assert_eq!(told, ["insert t (id=5, x='five')"]);
}

#[tokio::test]
async fn only_of_the_tables_that_were_asked_for() {
    let schema = "CREATE TABLE t (x); CREATE TABLE u (x);";
    let fixture = Fixture::new(schema).await;
    let (t, u) = (log(&fixture, &["t"]), log(&fixture, &["u"]));
    let start = t.end();
    for sql in [
        "INSERT INTO t VALUES (1)",
        "INSERT INTO u VALUES (2)",
        "INSERT INTO t VALUES (3)",
    ] {
        fixture.execute(&fixture.host, sql).await.unwrap();
    }
    assert_eq!(told(&t, start), ["insert t (x=1)", "insert t (x=3)"]);
    assert_eq!(told(&u, start), ["insert u (x=2)"]);
    let batch = read_now(&u, start).unwrap().unwrap();
    let change = &batch.changes[0];
    assert_eq!(
        (change.number, change.transaction_end),
        (start.number + 2, start.number + 2)
    );
    assert_eq!(batch.next, u.end(), "changes of other tables are passed over");
}
