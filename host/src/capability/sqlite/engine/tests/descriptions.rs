//! `describe` says where the columns of a result come from, under the same grants as a query.

use super::{super::ColumnDescription, *};

const SCHEMA: &str = "
    CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT, data ANY) STRICT;
    CREATE TABLE note (id INTEGER PRIMARY KEY, entry INTEGER REFERENCES entry, loose) ;
    CREATE TABLE _secret (token TEXT) STRICT;
    CREATE VIEW joined AS SELECT note.id, e.text AS words, e.data, CAST(e.text AS INTEGER) AS number, loose
        FROM note LEFT JOIN entry AS e ON e.id = note.entry;
    CREATE VIEW above AS SELECT words, number, id FROM joined WHERE id > 1;
    CREATE VIEW grouped AS SELECT max(id) AS id, words FROM joined GROUP BY words;
    CREATE VIEW leak AS SELECT token FROM _secret;";

/// The columns as `name type table.column`, with `-` for what is not there.
fn lines(fixture: &Fixture, sql: &str) -> impl Future<Output = Vec<String>> {
    let (database, host, sql) = (fixture.database.clone(), fixture.host.clone(), sql.to_owned());
    async move {
        let columns = database.describe(&host, &sql).await.expect("the statement compiles");
        let line = |column: ColumnDescription| {
            let origin = column
                .origin
                .map(|origin| format!("{}.{}", origin.table, origin.column));
            let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
            format!("{} {} {}", column.name, or_dash(column.declared_type), or_dash(origin))
        };
        columns.into_iter().map(line).collect()
    }
}

#[tokio::test]
async fn columns_are_followed_through_joins_views_and_subqueries_and_expressions_come_from_nowhere() {
    let fixture = Fixture::new(SCHEMA).await;
    assert_eq!(
        lines(&fixture, "SELECT * FROM joined").await,
        [
            "id INTEGER note.id",
            "words TEXT entry.text",
            "data ANY entry.data",
            "number - -",
            "loose - note.loose"
        ]
    );
    assert_eq!(
        lines(
            &fixture,
            "SELECT w.*, 7 FROM (SELECT * FROM above) AS w WHERE w.id = ?1"
        )
        .await,
        ["words TEXT entry.text", "number - -", "id INTEGER note.id", "7 - -"]
    );
    assert_eq!(
        lines(&fixture, "SELECT * FROM grouped").await,
        ["id - -", "words TEXT entry.text"]
    );
}

#[tokio::test]
async fn describing_needs_what_reading_needs_and_does_nothing() {
    let fixture = Fixture::new(SCHEMA).await;
    let reader = role(&["*"], &["*"], &[]);
    let describe = |sql: &'static str| {
        let (database, role) = (fixture.database.clone(), reader.clone());
        async move { database.describe(&role, sql).await }
    };
    assert!(describe("SELECT * FROM joined").await.is_ok());
    for sql in [
        "SELECT token FROM _secret",
        "SELECT * FROM leak",
        "SELECT * FROM sqlite_schema",
        "INSERT INTO entry (text) VALUES ('x') RETURNING id",
        "DROP TABLE entry",
    ] {
        let result = describe(sql).await;
        assert!(is_denied(&result), "{sql}: {result:?}");
    }
    for sql in ["SELECT nothing FROM entry", "", "SELECT 1; SELECT 2", "SELEC"] {
        let result = describe(sql).await;
        assert!(matches!(result, Err(Error::Sql(_))), "{sql}: {result:?}");
    }
    assert_eq!(fixture.values("SELECT count(*) FROM entry").await, [Value::Integer(0)]);
}
