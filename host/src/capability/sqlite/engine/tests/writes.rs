//! Batches: all or none, alone or committed together with others.

use super::{super::ConstraintKind, *};

const SCHEMA: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL UNIQUE CHECK (x <> 'bad')) STRICT;
    CREATE TABLE late (p INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED) STRICT;";

#[tokio::test]
async fn a_batch_is_all_or_nothing() {
    let fixture = Fixture::new(SCHEMA).await;
    let failing = vec![
        step("INSERT INTO t VALUES (1, 'a')"),
        step("INSERT INTO t VALUES (2, 'a')"),
    ];
    assert!(fixture.database.batch(&fixture.host, failing).await.is_err());
    assert!(fixture.values("SELECT * FROM t").await.is_empty());
    let guarded = vec![
        step("INSERT INTO t VALUES (1, 'a')"),
        Step {
            statement: statement("UPDATE t SET x = 'b' WHERE id = 9"),
            must_affect: true,
        },
    ];
    assert_eq!(
        fixture.database.batch(&fixture.host, guarded).await,
        Err(Error::Unmet(1))
    );
    assert!(fixture.values("SELECT * FROM t").await.is_empty());
}

#[tokio::test]
async fn outcomes_say_what_happened() {
    let fixture = Fixture::new(SCHEMA).await;
    let steps = [
        "INSERT INTO t (x) VALUES ('a'), ('b') RETURNING id",
        "UPDATE t SET x = x || '!'",
        "INSERT OR IGNORE INTO t (x) VALUES ('a!')",
        "SELECT x FROM t ORDER BY x",
        "DELETE FROM t",
    ];
    let outcomes = fixture
        .database
        .batch(&fixture.host, steps.map(step).into())
        .await
        .unwrap();
    let told: Vec<_> = outcomes
        .iter()
        .map(|o| (o.rows(), o.changes, o.last_insert_rowid))
        .collect();
    assert_eq!(told, [(2, 2, 2), (0, 2, 0), (0, 0, 0), (2, 0, 0), (0, 2, 0)]);
}

#[tokio::test]
async fn constraints_are_named() {
    let fixture = Fixture::new(SCHEMA).await;
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (1, 'a')")
        .await
        .unwrap();
    for (sql, expected) in [
        ("INSERT INTO t (x) VALUES ('bad')", ConstraintKind::Check),
        ("INSERT INTO t (x) VALUES (NULL)", ConstraintKind::NotNull),
        ("INSERT INTO t (x) VALUES ('a')", ConstraintKind::Unique),
        ("INSERT INTO t VALUES (1, 'c')", ConstraintKind::PrimaryKey),
        ("INSERT INTO t VALUES ('one', 'c')", ConstraintKind::DataType),
        ("INSERT INTO late VALUES (99)", ConstraintKind::ForeignKey),
    ] {
        let result = fixture.execute(&fixture.host, sql).await;
        assert!(
            matches!(result, Err(Error::Constraint { kind, .. }) if kind == expected),
            "{sql}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_failure_in_a_group_costs_only_its_own_batch() {
    let fixture = Fixture::new(SCHEMA).await;
    // They gather behind this transaction and are committed as one group.
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    let statements = [
        "INSERT INTO t VALUES (1, 'a')",
        "INSERT INTO t VALUES (2, 'bad')",
        "INSERT OR ROLLBACK INTO t VALUES (1, 'z')",
        "INSERT INTO late VALUES (99)",
        "INSERT INTO t VALUES (3, 'c')",
        "nonsense",
        "INSERT INTO t VALUES (4, 'd')",
    ];
    let all = futures_join(statements.map(|sql| fixture.execute(&fixture.host, sql)), || {
        drop(transaction)
    })
    .await;
    let succeeded: Vec<_> = all.iter().map(Result::is_ok).collect();
    assert_eq!(succeeded, [true, false, false, false, true, false, true], "{all:?}");
    assert_eq!(fixture.values("SELECT id FROM t").await, [1, 3, 4].map(Value::Integer));
    assert_eq!(fixture.values("SELECT count(*) FROM late").await, [Value::Integer(0)]);
}

/// Polls all once, calls `then`, and waits for all.
async fn futures_join<F: Future, const N: usize>(futures: [F; N], then: impl FnOnce()) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    let mut then = Some(then);
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if let Some(then) = then.take() {
            then();
        }
        if outputs.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_snapshot_is_shared_by_query_all() {
    let fixture = Fixture::new(SCHEMA).await;
    let both = vec![statement("SELECT count(*) FROM t"), statement("SELECT 2")];
    let outcomes = fixture.database.query_all(&fixture.host, both).await.unwrap();
    assert_eq!(outcomes[0].values, [Value::Integer(0)]);
    assert_eq!(outcomes[1].values, [Value::Integer(2)]);
    let failing = vec![statement("SELECT 1"), statement("SELECT missing")];
    assert!(fixture.database.query_all(&fixture.host, failing).await.is_err());
    assert!(fixture.query(&fixture.host, "SELECT 1").await.is_ok());
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let fixture = Fixture::new(SCHEMA).await;
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (1, 'a')")
        .await
        .unwrap();
    fixture.databases.close().await;
    assert!(fixture.query(&fixture.host, "SELECT 1").await.is_err());
    assert!(fixture.execute(&fixture.host, "SELECT 1").await.is_err());
    let again = Databases::new(fixture.directory.path(), Settings::default());
    let database = again.open("main").unwrap();
    let outcome = database
        .query(&fixture.host, statement("SELECT x FROM t"))
        .await
        .unwrap();
    assert_eq!(outcome.values, [Value::Text("a".into())]);
}

#[tokio::test]
async fn a_damaged_file_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.db"), "this is not a database").unwrap();
    std::fs::write(directory.path().join("lost.db-wal"), "a log without its file").unwrap();
    let databases = Databases::new(directory.path(), Settings::default());
    assert!(databases.open("main").is_err());
    assert!(databases.open("lost").is_err());
    assert!(databases.open("../escape").is_err());
    assert_eq!(
        std::fs::read(directory.path().join("main.db")).unwrap(),
        b"this is not a database"
    );
    assert!(!directory.path().join("lost.db").exists());
}
