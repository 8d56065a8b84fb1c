//! The values of every kind of column are right, or it is said that they cannot be told; and nobody sees more than was granted.

use super::*;

#[tokio::test]
async fn values_are_those_that_a_query_gives() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, n NUMERIC, i INTEGER, any, b BLOB, s TEXT);";
    let statements = [
        "INSERT INTO t VALUES (1, 3, 4.0, '5', 6, x'0102', 7)",
        "UPDATE t SET r = 8, any = 9.0, b = zeroblob(3)",
        "UPDATE t SET r = r + 1, s = ''",
        "INSERT INTO t VALUES (9223372036854775807, 1e300, NULL, -9223372036854775807, 'text', x'', 'ü')",
        "DELETE FROM t",
    ];
    let expected = [
        "insert t (id=1, r=3.0, n=4, i=5, any=6, b=2 bytes, s='7')",
        "update t (id=1, r=3.0, n=4, i=5, any=6, b=2 bytes, s='7') to (id=1, r=8.0, n=4, i=5, any=9.0, b=3 bytes, s='7')",
        "update t (id=1, r=8.0, n=4, i=5, any=9.0, b=3 bytes, s='7') to (id=1, r=9.0, n=4, i=5, any=9.0, b=3 bytes, s='')",
        "insert t (id=9223372036854775807, r=1e300, n=NULL, i=-9223372036854775807, any='text', b=0 bytes, s='ü')",
        "delete t (id=1, r=9.0, n=4, i=5, any=9.0, b=3 bytes, s='')",
        "delete t (id=9223372036854775807, r=1e300, n=NULL, i=-9223372036854775807, any='text', b=0 bytes, s='ü')",
    ];
    assert_eq!(told_of(schema, &["t"], &statements).await, expected);
}

#[tokio::test]
async fn columns_that_are_computed() {
    let schema = "CREATE TABLE t (a INTEGER, s REAL AS (a * 2) STORED, id INTEGER PRIMARY KEY, v AS (a + 1) VIRTUAL);";
    let statements = ["INSERT INTO t (a) VALUES (2)", "UPDATE t SET a = 3", "DELETE FROM t"];
    let expected = [
        "insert t (a=2, s=4.0, id=1)",
        "update t (a=2, s=4.0, id=1) to (a=3, s=6.0, id=1)",
        "delete t (a=3, s=6.0, id=1)",
    ];
    assert_eq!(told_of(schema, &["t"], &statements).await, expected);
}

#[tokio::test]
async fn columns_that_were_added_to_rows_that_were_there() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);
        ALTER TABLE t ADD COLUMN x TEXT DEFAULT 'd'; ALTER TABLE t ADD COLUMN r REAL NOT NULL DEFAULT -2; ALTER TABLE t ADD COLUMN n;
        CREATE TABLE w (x TEXT, k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('x', 'k');
        ALTER TABLE w ADD COLUMN y INTEGER DEFAULT 7;";
    let statements = [
        "UPDATE t SET n = 1 WHERE id = 1",
        "DELETE FROM t",
        "UPDATE w SET x = 'z'",
        "DELETE FROM w",
    ];
    let expected = [
        "update t (id=1, x='d', r=-2.0, n=NULL) to (id=1, x='d', r=-2.0, n=1)",
        "delete t (id=1, x='d', r=-2.0, n=1)",
        "delete t (id=2, x='d', r=-2.0, n=NULL)",
        "update w (x='x', k='k', y=7) to (x='z', k='k', y=7)",
        "delete w (x='z', k='k', y=7)",
    ];
    assert_eq!(told_of(schema, &["t", "w"], &statements).await, expected);
}

/// SQLite copies such a row as it is, and does not tell the hook what its missing columns have.
#[tokio::test]
async fn a_value_that_is_not_known_is_a_gap_and_not_a_guess() {
    let tables = ["t", "u"].map(|t| {
        format!("CREATE TABLE {t} (id INTEGER PRIMARY KEY); INSERT INTO {t} VALUES (1); ALTER TABLE {t} ADD COLUMN x DEFAULT 'd';")
    });
    let fixture = Fixture::new(&tables.concat()).await;
    let changes = log(&fixture, &["t"]);
    for unknown in [
        "DELETE FROM t; INSERT INTO t SELECT * FROM u;",
        "INSERT INTO t VALUES (5, CAST(x'ff' AS TEXT));",
    ] {
        let before = changes.end();
        fixture
            .apply(&fixture.host, "more", before.number as i64 + 1, unknown)
            .await
            .unwrap();
        let oldest = fell_behind(read_now(&changes, before));
        assert_eq!(oldest, changes.start());
        fixture
            .execute(&fixture.host, "UPDATE t SET x = 'known' WHERE id = 1")
            .await
            .unwrap();
        assert!(!told(&changes, oldest).is_empty());
    }
}

#[tokio::test]
async fn a_table_whose_changes_cannot_be_told_is_refused() {
    let fixture = Fixture::new(
        "CREATE TABLE early (id INTEGER PRIMARY KEY, a INTEGER, v REAL AS (a) VIRTUAL); ALTER TABLE early ADD COLUMN b INTEGER DEFAULT 5;
        CREATE TABLE late (a REAL, k INTEGER PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE fine (k INTEGER PRIMARY KEY, a REAL) WITHOUT ROWID;
        CREATE VIEW seen AS SELECT * FROM fine; CREATE VIRTUAL TABLE found USING fts5(body);",
    )
    .await;
    for name in ["seen", "found", "found_data"] {
        let refused = open(&fixture, &fixture.host, &[name]).map(drop);
        assert!(
            matches!(&refused, Err(ChangesError::Other(why)) if why.contains(name)),
            "{refused:?}"
        );
    }
    for name in ["early", "late"] {
        let changes = log(&fixture, &[name]);
        let start = changes.end();
        fixture
            .execute(&fixture.host, "INSERT INTO fine VALUES (1, 2)")
            .await
            .unwrap();
        let refused = read_now(&changes, start).map(drop);
        assert!(
            matches!(&refused, Err(ChangesError::Other(why)) if why.contains(name)),
            "{refused:?}"
        );
        fixture.execute(&fixture.host, "DELETE FROM fine").await.unwrap();
    }
    let changes = log(&fixture, &["fine"]);
    let start = changes.end();
    fixture
        .execute(&fixture.host, "INSERT INTO fine VALUES (9007199254740993, 2)")
        .await
        .unwrap();
    assert_eq!(told(&changes, start), ["insert fine (k=9007199254740993, a=2.0)"]);
}

#[tokio::test]
async fn a_table_that_becomes_another_thing_holds_up_nobody() {
    let fixture = Fixture::new("CREATE TABLE t (x); CREATE TABLE u (x);").await;
    let (t, u) = (log(&fixture, &["t"]), log(&fixture, &["u"]));
    let start = u.end();
    let broken = "DROP TABLE t; CREATE TABLE base (x); CREATE VIEW t AS SELECT x FROM base; DROP TABLE base;";
    fixture.apply(&fixture.host, "more", 1, broken).await.unwrap();
    fixture
        .execute(&fixture.host, "INSERT INTO u VALUES (1)")
        .await
        .unwrap();
    assert_eq!(told(&u, start), ["insert u (x=1)"]);
    let refused = read_now(&t, start).map(drop);
    assert!(
        matches!(&refused, Err(ChangesError::Other(why)) if why.contains("view")),
        "{refused:?}"
    );
    let back = "DROP VIEW t; CREATE TABLE t (y); INSERT INTO t VALUES (2);";
    fixture.apply(&fixture.host, "more", 2, back).await.unwrap();
    assert_eq!(told(&t, start), ["insert t (y=2)"]);
}

#[tokio::test]
async fn nobody_reads_more_than_was_granted() {
    let fixture =
        Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, open TEXT, secret TEXT); CREATE TABLE u (x);").await;
    let some = role(&["t.open", "T.ID"], &[], &[]);
    for name in ["u", "missing", "sqlite_schema", "_migration"] {
        let refused = open(&fixture, &some, &["t", name]).map(drop);
        assert_eq!(refused, Err(ChangesError::Denied(format!("table {name}"))));
    }
    assert_eq!(
        open(&fixture, &role(&[], &["*"], &["t"]), &["t"]).map(drop),
        Err(ChangesError::Denied("table t".into())),
        "writing is not reading"
    );
    let changes = open(&fixture, &some, &["T"]).unwrap();
    let start = changes.end();
    for sql in [
        "INSERT INTO t VALUES (1, 'o', 's')",
        "UPDATE t SET secret = 'other'",
        "DELETE FROM t",
    ] {
        fixture.execute(&fixture.host, sql).await.unwrap();
    }
    let expected = [
        "insert t (id=1, open='o')",
        "update t (id=1, open='o') to (id=1, open='o')",
        "delete t (id=1, open='o')",
    ];
    assert_eq!(told(&changes, start), expected);
}
