//! Migrations: applied once, all or nothing, within their owner's grants.

use super::super::MigrationError;
use super::*;

fn migration(version: i64, sql: &str) -> Migration {
    Migration {
        version,
        name: format!("m{version}"),
        sql: sql.into(),
    }
}

#[tokio::test]
async fn each_is_applied_once_in_order() {
    let fixture = Fixture::new("").await;
    let set = vec![
        migration(2, "INSERT INTO a VALUES (2);"),
        migration(1, "CREATE TABLE a (x); -- first\n"),
    ];
    let applied = fixture
        .database
        .migrate(&fixture.host, "mine", set.clone())
        .await
        .unwrap();
    assert_eq!(
        applied.iter().map(|applied| applied.version).collect::<Vec<_>>(),
        [1, 2]
    );
    assert!(
        fixture
            .database
            .migrate(&fixture.host, "mine", set)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(fixture.values("SELECT x FROM a").await, [Value::Integer(2)]);
    let noted = "SELECT count(*) FROM _migration WHERE set_name = 'mine' AND length(sha256) = 64 AND applied > 0";
    assert_eq!(fixture.values(noted).await, [Value::Integer(2)]);
}

#[tokio::test]
async fn one_that_fails_leaves_nothing_and_says_where() {
    let fixture = Fixture::new("").await;
    let set = vec![
        migration(1, "CREATE TABLE a (x);"),
        migration(
            2,
            "CREATE TABLE b (x); INSERT INTO a VALUES (1); INSERT INTO missing VALUES (1); SELECT 1;",
        ),
    ];
    let error = fixture.database.migrate(&fixture.host, "mine", set).await.unwrap_err();
    let MigrationError::Failed {
        set,
        version,
        statement,
        error,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!((set.as_str(), version), ("mine", 2));
    assert!(statement.starts_with("INSERT INTO missing"), "{statement}");
    assert!(matches!(error, Error::Sql(message) if message.contains("missing")));
    assert!(fixture.query(&fixture.host, "SELECT * FROM a").await.is_ok());
    assert!(fixture.query(&fixture.host, "SELECT * FROM b").await.is_err());
    assert_eq!(fixture.values("SELECT count(*) FROM a").await, [Value::Integer(0)]);
}

#[tokio::test]
async fn an_applied_one_must_not_change() {
    let fixture = Fixture::new("").await;
    fixture
        .apply(&fixture.host, "mine", 1, "CREATE TABLE a (x);")
        .await
        .unwrap();
    let changed = fixture.apply(&fixture.host, "mine", 1, "CREATE TABLE a (x, y);").await;
    assert!(matches!(changed, Err(MigrationError::Changed { version: 1, .. })));
    let twice = vec![migration(5, "SELECT 1"), migration(5, "SELECT 2")];
    let twice = fixture.database.migrate(&fixture.host, "mine", twice).await;
    assert!(matches!(twice, Err(MigrationError::Duplicate { version: 5, .. })));
}

#[tokio::test]
async fn a_component_changes_its_own_schema_only() {
    let fixture =
        Fixture::new("CREATE TABLE theirs (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO theirs VALUES (1, 'x');").await;
    let owner = role(&[], &[], &["mine", "page", "mine_view"]);
    let own = "CREATE TABLE mine (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT UNIQUE);
        INSERT INTO mine (x) VALUES ('seed');
        CREATE INDEX mine_x ON mine (x);
        CREATE TRIGGER mine_t AFTER INSERT ON mine BEGIN UPDATE mine SET x = NEW.x || '!' WHERE id = NEW.id; END;
        CREATE VIEW mine_view AS SELECT x FROM mine;
        ALTER TABLE mine ADD COLUMN y INTEGER;
        CREATE VIRTUAL TABLE page USING fts5(body);
        INSERT INTO page VALUES ('text');
        CREATE TABLE page2 (x); ";
    let result = fixture.apply(&owner, "own", 1, own).await;
    assert!(
        matches!(
            result,
            Err(MigrationError::Failed {
                error: Error::Denied(_),
                ..
            })
        ),
        "page2 is not granted"
    );
    fixture
        .apply(&owner, "own", 1, own.split("CREATE TABLE page2").next().unwrap())
        .await
        .unwrap();
    fixture
        .apply(&owner, "own", 2, "ALTER TABLE mine DROP COLUMN y; DROP VIEW mine_view;")
        .await
        .unwrap();
    for sql in [
        "DROP TABLE theirs",
        "ALTER TABLE theirs ADD COLUMN z",
        "CREATE INDEX i ON theirs (x)",
        "CREATE TRIGGER t AFTER INSERT ON theirs BEGIN SELECT 1; END",
        "INSERT INTO theirs VALUES (2, 'y')",
        "CREATE TABLE mine_view AS SELECT * FROM theirs",
        "CREATE TABLE mine_view AS SELECT sql FROM sqlite_schema",
        "CREATE TABLE mine_view AS SELECT name FROM sqlite_sequence",
        "INSERT INTO mine (x) SELECT sql FROM sqlite_schema",
        "ALTER TABLE mine RENAME TO renamed",
        "CREATE TRIGGER t AFTER INSERT ON mine BEGIN DELETE FROM theirs; END",
        "CREATE TRIGGER t AFTER DELETE ON mine BEGIN INSERT INTO mine (x) SELECT x FROM theirs; END",
        "DROP TABLE _migration",
        "DELETE FROM _migration",
        "DELETE FROM sqlite_sequence",
        "PRAGMA writable_schema = ON",
        "COMMIT",
    ] {
        let result = fixture.apply(&owner, "own", 3, sql).await;
        let denied = matches!(
            result,
            Err(MigrationError::Failed {
                error: Error::Denied(_),
                ..
            })
        );
        assert!(denied, "{sql}: {result:?}");
    }
    fixture
        .apply(&owner, "own", 4, "DROP TABLE mine; DROP TABLE page;")
        .await
        .unwrap();
    assert_eq!(fixture.values("SELECT count(*) FROM theirs").await, [Value::Integer(1)]);
}

#[tokio::test]
async fn readers_see_the_new_schema_at_once() {
    let fixture = Fixture::new("CREATE TABLE a (x); INSERT INTO a VALUES (1);").await;
    assert_eq!(
        fixture
            .query(&fixture.host, "SELECT * FROM a")
            .await
            .unwrap()
            .columns
            .len(),
        1
    );
    fixture
        .apply(&fixture.host, "more", 1, "ALTER TABLE a ADD COLUMN y DEFAULT 7;")
        .await
        .unwrap();
    let outcome = fixture.query(&fixture.host, "SELECT * FROM a").await.unwrap();
    assert_eq!(
        (&*outcome.columns, outcome.values.len()),
        (&["x".to_owned(), "y".to_owned()][..], 2)
    );
}

/// SQLite looks at the rows with a pragma of its own, which is for nobody else.
#[tokio::test]
async fn a_column_can_be_added_to_a_strict_table_that_has_rows() {
    let fixture = Fixture::new("").await;
    let owner = role(&["mine"], &[], &["mine"]);
    let apply = |version: i64, sql: &'static str| fixture.apply(&owner, "own", version, sql);
    apply(1, "CREATE TABLE mine (x TEXT) STRICT; INSERT INTO mine VALUES ('row');")
        .await
        .unwrap();
    apply(
        2,
        "ALTER TABLE mine ADD COLUMN y TEXT NOT NULL DEFAULT 'y' CHECK (y <> '');",
    )
    .await
    .unwrap();
    assert_eq!(fixture.values("SELECT y FROM mine").await, [Value::Text("y".into())]);
    for sql in ["PRAGMA quick_check", "SELECT * FROM pragma_quick_check('mine')"] {
        let result = apply(3, sql).await;
        assert!(
            matches!(
                result,
                Err(MigrationError::Failed {
                    error: Error::Denied(_),
                    ..
                })
            ),
            "{sql}: {result:?}"
        );
    }
}
