//! What roles may read and write: directly, through views, triggers, subqueries and common table expressions.

use super::*;

const SCHEMA: &str = "
    CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT, author TEXT) STRICT;
    CREATE TABLE _secret (id INTEGER PRIMARY KEY, token TEXT) STRICT;
    CREATE TABLE log (line TEXT) STRICT;
    CREATE INDEX entry_text ON entry (text);
    CREATE VIEW shown AS SELECT id, text FROM entry;
    CREATE VIEW leak AS SELECT token FROM _secret;
    CREATE TABLE watched (id INTEGER PRIMARY KEY, x TEXT) STRICT;
    CREATE TRIGGER watch AFTER INSERT ON watched BEGIN INSERT INTO log VALUES (NEW.x); END;
    INSERT INTO entry VALUES (1, 'one', 'ann'), (2, 'two', 'bob');
    INSERT INTO _secret VALUES (1, 's3cret');";

#[tokio::test]
async fn reads_need_a_grant_however_they_are_written() {
    let fixture = Fixture::new(SCHEMA).await;
    let reader = role(&["entry"], &[], &[]);
    assert_eq!(
        fixture
            .query(&reader, "SELECT text FROM entry WHERE id = 1")
            .await
            .unwrap()
            .rows(),
        1
    );
    for sql in [
        "SELECT token FROM _secret",
        "SELECT count(*) FROM _secret",
        "SELECT 1 FROM _secret",
        "SELECT rowid FROM _secret",
        "SELECT (SELECT token FROM _secret) FROM entry",
        "SELECT text FROM entry WHERE EXISTS (SELECT 1 FROM _secret WHERE token LIKE 's%')",
        "WITH stolen AS (SELECT token FROM _secret) SELECT * FROM stolen",
        "SELECT text FROM entry UNION ALL SELECT token FROM _secret",
        "SELECT entry.text FROM entry JOIN _secret USING (id)",
        "SELECT text FROM entry ORDER BY (SELECT token FROM _secret)",
        "SELECT token FROM leak",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_table_info('_secret')",
        "PRAGMA table_info(_secret)",
        "SELECT * FROM dbstat",
        "EXPLAIN SELECT token FROM _secret",
    ] {
        let result = fixture.query(&reader, sql).await;
        assert!(is_denied(&result), "{sql}: {result:?}");
    }
}

#[tokio::test]
async fn a_missing_table_reads_like_one_that_is_not_granted() {
    let fixture = Fixture::new(SCHEMA).await;
    let reader = role(&["entry"], &[], &[]);
    let there = fixture.query(&reader, "SELECT token FROM _secret").await;
    let missing = fixture.query(&reader, "SELECT token FROM _missing").await;
    assert_eq!(there, Err(Error::Denied("table _secret".into())));
    assert_eq!(missing, Err(Error::Denied("table _missing".into())));
}

#[tokio::test]
async fn a_view_needs_itself_and_what_it_reads() {
    let fixture = Fixture::new(SCHEMA).await;
    let sql = "SELECT text FROM shown";
    assert!(is_denied(&fixture.query(&role(&["shown"], &[], &[]), sql).await));
    assert!(is_denied(&fixture.query(&role(&["entry"], &[], &[]), sql).await));
    assert!(is_denied(
        &fixture.query(&role(&["shown", "entry.id"], &[], &[]), sql).await
    ));
    let both = role(&["shown", "entry.id", "entry.text"], &[], &[]);
    assert_eq!(fixture.query(&both, sql).await.unwrap().rows(), 2);
}

#[tokio::test]
async fn a_star_leaves_out_tables_that_begin_with_an_underscore() {
    let fixture = Fixture::new(SCHEMA).await;
    let all = role(&["*"], &["*"], &[]);
    assert!(fixture.query(&all, "SELECT * FROM ENTRY").await.is_ok());
    assert!(fixture.execute(&all, "INSERT INTO log VALUES ('x')").await.is_ok());
    for sql in [
        "SELECT * FROM _secret",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM _migration",
        "SELECT * FROM dbstat",
    ] {
        assert!(is_denied(&fixture.query(&all, sql).await), "{sql}");
    }
    assert!(is_denied(&fixture.execute(&all, "DELETE FROM _secret").await));
}

#[tokio::test]
async fn columns_are_granted_one_by_one() {
    let fixture = Fixture::new(SCHEMA).await;
    let partial = role(&["entry.id", "entry.text"], &["entry.text"], &[]);
    assert!(
        fixture
            .query(&partial, "SELECT id, text, rowid FROM entry")
            .await
            .is_ok()
    );
    assert!(fixture.query(&partial, "SELECT count(*) FROM entry").await.is_ok());
    assert_eq!(
        fixture.query(&partial, "SELECT * FROM entry").await,
        Err(Error::Denied("read of entry.author".into()))
    );
    assert!(is_denied(
        &fixture.query(&partial, "SELECT id FROM entry ORDER BY author").await
    ));
    assert_eq!(
        fixture
            .execute(&partial, "UPDATE entry SET text = 'x' WHERE id = 1")
            .await
            .unwrap()
            .changes,
        1
    );
    for sql in [
        "UPDATE entry SET author = 'x' WHERE id = 1",
        "UPDATE entry SET id = 3 WHERE id = 1",
        "INSERT INTO entry (text) VALUES ('x')",
        "DELETE FROM entry",
        "UPDATE OR REPLACE entry SET text = 'x'",
        "UPDATE entry SET text = 'x' RETURNING author",
        "INSERT INTO entry (id, text) VALUES (1, 'x') ON CONFLICT DO UPDATE SET text = 'x'",
    ] {
        assert!(is_denied(&fixture.execute(&partial, sql).await), "{sql}");
    }
    assert!(
        fixture
            .execute(&partial, "UPDATE entry SET text = replace(text, 'x', 'y')")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_trigger_replaces_no_rows_by_a_grant_of_a_column() {
    let fixture = Fixture::new(SCHEMA).await;
    let trigger = "CREATE TRIGGER r AFTER INSERT ON log BEGIN UPDATE OR REPLACE entry SET id = 1; END;";
    fixture.apply(&fixture.host, "schema", 2, trigger).await.unwrap();
    let partial = role(&["log", "entry.id"], &["log", "entry.id"], &[]);
    assert!(is_denied(
        &fixture.execute(&partial, "INSERT INTO log VALUES ('x')").await
    ));
    assert_eq!(fixture.values("SELECT count(*) FROM entry").await, [Value::Integer(2)]);
    let owner = role(&[], &["entry.id"], &["mine"]);
    let migration = "CREATE TABLE mine (x); UPDATE OR REPLACE entry SET id = 1;";
    assert!(fixture.apply(&owner, "own", 1, migration).await.is_err());
    assert_eq!(fixture.values("SELECT count(*) FROM entry").await, [Value::Integer(2)]);
}

#[tokio::test]
async fn a_trigger_writes_with_the_grants_of_whoever_makes_it_fire() {
    let fixture = Fixture::new(SCHEMA).await;
    let sql = "INSERT INTO watched (x) VALUES ('hello')";
    assert!(is_denied(
        &fixture.execute(&role(&["watched"], &["watched"], &[]), sql).await
    ));
    let both = role(&["watched"], &["watched", "log"], &[]);
    assert_eq!(fixture.execute(&both, sql).await.unwrap().changes, 1);
    assert_eq!(
        fixture.values("SELECT line FROM log").await,
        [Value::Text("hello".into())]
    );
}

#[tokio::test]
async fn nobody_controls_transactions_or_the_file() {
    let fixture = Fixture::new(SCHEMA).await;
    let all = role(&["*", "sqlite_schema"], &["*"], &["*"]);
    for role in [&all, &fixture.host] {
        for sql in [
            "BEGIN",
            "COMMIT",
            "SAVEPOINT x",
            "RELEASE job",
            "ROLLBACK",
            "ATTACH 'other.db' AS other",
            "DETACH main",
            "PRAGMA journal_mode = DELETE",
            "PRAGMA writable_schema = ON",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA wal_checkpoint",
            "SELECT load_extension('x')",
            "CREATE TEMP TABLE t (x)",
            "INSERT INTO _migration VALUES ('x', 1, 'x', 'x', 1)",
            "DELETE FROM _migration",
        ] {
            let result = fixture.execute(role, sql).await;
            assert!(is_denied(&result), "{sql}: {result:?}");
        }
    }
    let copy = fixture.directory.path().join("copy.db");
    for sql in [format!("VACUUM INTO '{}'", copy.display()), "VACUUM".into()] {
        assert!(is_denied(&fixture.query(&fixture.host, &sql).await), "{sql}");
        assert!(fixture.execute(&fixture.host, &sql).await.is_err(), "{sql}");
    }
    assert!(!copy.exists());
    for sql in [
        "CREATE TABLE t (x)",
        "DROP TABLE entry",
        "CREATE INDEX i ON entry (text)",
        "ANALYZE",
        "REINDEX entry",
    ] {
        assert!(is_denied(&fixture.execute(&all, sql).await), "{sql}");
    }
    for sql in ["UPDATE sqlite_schema SET sql = 'x'", "DELETE FROM sqlite_master"] {
        for role in [&all, &fixture.host] {
            assert!(fixture.execute(role, sql).await.is_err(), "{sql}");
        }
    }
}

#[tokio::test]
async fn the_schema_is_readable_where_it_is_granted() {
    let fixture = Fixture::new(SCHEMA).await;
    let inspector = role(&["sqlite_schema"], &[], &[]);
    for sql in [
        "SELECT name FROM sqlite_schema",
        "SELECT name FROM sqlite_master",
        "PRAGMA table_xinfo(entry)",
        "SELECT * FROM pragma_table_xinfo('entry')",
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c",
        "PRAGMA table_list",
        "PRAGMA index_list(entry)",
        "PRAGMA foreign_key_list(entry)",
        "PRAGMA schema_version",
    ] {
        let result = fixture.query(&inspector, sql).await;
        assert!(
            result.is_ok_and(|outcome| outcome.rows() > 0 || sql.contains("_list(")),
            "{sql}"
        );
    }
    assert!(is_denied(&fixture.query(&inspector, "PRAGMA schema_version = 7").await));
    assert!(is_denied(&fixture.query(&inspector, "SELECT text FROM entry").await));
}

#[tokio::test]
async fn statements_are_cached_for_one_role_only() {
    let fixture = Fixture::new(SCHEMA).await;
    let sql = "SELECT token FROM _secret";
    for _ in 0..2 {
        assert!(fixture.query(&fixture.host, sql).await.is_ok());
        assert!(is_denied(&fixture.query(&role(&["entry"], &[], &[]), sql).await));
    }
}

#[tokio::test]
async fn a_query_does_not_write() {
    let fixture = Fixture::new(SCHEMA).await;
    let result = fixture.query(&fixture.host, "INSERT INTO log VALUES ('x')").await;
    assert_eq!(result, Err(Error::Denied("write".into())));
    let result = fixture
        .query(&fixture.host, "UPDATE entry SET text = 'x' RETURNING id")
        .await;
    assert!(is_denied(&result));
}

#[tokio::test]
async fn common_table_expressions_and_json_need_no_grant() {
    let fixture = Fixture::new(SCHEMA).await;
    let nobody = role(&[], &[], &[]);
    let counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT count(*) FROM n";
    assert_eq!(
        fixture.query(&nobody, counted).await.unwrap().values,
        [Value::Integer(5)]
    );
    let elements = "SELECT value FROM json_each('[1,2]')";
    assert_eq!(fixture.query(&nobody, elements).await.unwrap().rows(), 2);
}

#[tokio::test]
async fn full_text_search_goes_with_its_table() {
    let fixture = Fixture::new("CREATE VIRTUAL TABLE page USING fts5(body);").await;
    let editor = role(&["page"], &["page"], &[]);
    fixture
        .execute(&editor, "INSERT INTO page VALUES ('the quick fox')")
        .await
        .unwrap();
    assert_eq!(
        fixture
            .query(&editor, "SELECT body FROM page WHERE page MATCH 'fox'")
            .await
            .unwrap()
            .rows(),
        1
    );
    let nobody = role(&["other"], &[], &[]);
    for sql in [
        "SELECT * FROM page_content",
        "SELECT count(*) FROM page",
        "SELECT * FROM page_data",
    ] {
        assert!(is_denied(&fixture.query(&nobody, sql).await), "{sql}");
    }
    assert!(fixture.execute(&editor, "DELETE FROM page_content").await.is_err());
}

#[tokio::test]
async fn what_an_expression_is_compiled_for_has_the_rights_of_who_asks_and_takes_none_away() {
    let fixture = Fixture::new("CREATE TABLE open (a); CREATE TABLE secret (a);").await;
    let role = role(&["open"], &["open"], &[]);
    let of = async |sql: &str| fixture.query(&role, sql).await.unwrap().values;
    let mistake = |text: &str| vec![Value::Text(text.into())];
    assert_eq!(of("SELECT expression_error('a = 1', 'open')").await, [Value::Null]);
    assert_eq!(
        of("SELECT expression_error('a = 1', 'secret')").await,
        mistake("access to secret.a is prohibited")
    );
    assert!(is_denied(&fixture.query(&role, "SELECT a FROM secret").await));
    let insert = "INSERT INTO open VALUES (expression_error('EXISTS (SELECT a FROM secret)', 'open'))";
    assert_eq!(fixture.execute(&role, insert).await.unwrap().changes, 1);
    assert_eq!(
        fixture.execute(&role, "UPDATE open SET a = 1").await.unwrap().changes,
        1
    );
    assert!(is_denied(
        &fixture.execute(&role, "INSERT INTO secret VALUES (1)").await
    ));
}
