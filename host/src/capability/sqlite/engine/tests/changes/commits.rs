//! Exactly what was committed is told, in the order of the commits.

use std::collections::BTreeMap;

use super::*;

const T: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, 'one');
    CREATE TABLE child (t INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER ends AFTER INSERT ON t WHEN NEW.x = 'end' BEGIN SELECT RAISE(ROLLBACK, 'ended'); END;
    CREATE TRIGGER fails AFTER INSERT ON t WHEN NEW.x = 'fail' BEGIN SELECT RAISE(FAIL, 'failed'); END;";

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t", "child"]);
    let start = changes.end();
    let batches = [
        vec!["INSERT INTO t VALUES (2, 'two')", "INSERT INTO t VALUES (1, 'again')"],
        vec!["INSERT INTO t VALUES (3, 'three'), (1, 'again')"],
        vec!["INSERT OR FAIL INTO t VALUES (4, 'four'), (1, 'again')"],
        vec![
            "INSERT INTO t VALUES (5, 'five')",
            "INSERT OR ROLLBACK INTO t VALUES (1, 'again')",
        ],
        vec!["INSERT INTO t VALUES (6, 'six')", "INSERT INTO t VALUES (7, 'end')"],
        vec!["INSERT INTO t VALUES (8, 'eight'), (9, 'fail')"],
        vec!["DELETE FROM t WHERE id = 1", "INSERT INTO child VALUES (1)"],
    ];
    let write = |batch: &[&str]| {
        let steps = batch.iter().map(|sql| step(sql)).collect();
        fixture.database.batch(&fixture.host, steps)
    };
    for batch in &batches {
        assert!(write(batch).await.is_err(), "{batch:?}");
        assert_eq!(told(&changes, start), [""; 0], "{batch:?}");
    }
    // Together, where each has a savepoint of its own, and with others that succeed between them.
    let good: Vec<String> = (100..107)
        .map(|id| format!("INSERT INTO t VALUES ({id}, NULL)"))
        .collect();
    let all = batches
        .iter()
        .zip(&good)
        .flat_map(|(bad, good)| [write(bad), write(&[good.as_str()])]);
    let written = futures::future::join_all(all.collect::<Vec<_>>()).await;
    assert_eq!(written.iter().filter(|result| result.is_ok()).count(), good.len());
    let expected: Vec<String> = (100..107).map(|id| format!("insert t (id={id}, x=NULL)")).collect();
    let mut told = told(&changes, start);
    told.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_transaction_is_told_when_it_was_committed() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    for (sql, is_good) in [
        ("INSERT INTO t VALUES (2, 'two')", true),
        ("INSERT OR FAIL INTO t VALUES (3, 'three'), (2, 'again')", false),
        ("UPDATE t SET x = 'uno' WHERE id = 1", true),
    ] {
        assert_eq!(transaction.execute(statement(sql)).await.is_ok(), is_good, "{sql}");
        assert_eq!(told(&changes, start), [""; 0]);
    }
    transaction.commit().await.unwrap();
    let expected = [
        "insert t (id=2, x='two')",
        "update t (id=1, x='one') to (id=1, x='uno')",
    ];
    assert_eq!(told(&changes, start), expected);
    let batch = read_now(&changes, start).unwrap().unwrap();
    assert!(
        batch
            .changes
            .iter()
            .all(|change| change.transaction_end == start.number + 2)
    );

    for end in ["roll back", "drop", "end by a trigger"] {
        let transaction = fixture.database.begin(&fixture.host).await.unwrap();
        transaction.execute(statement("DELETE FROM t")).await.unwrap();
        match end {
            "roll back" => transaction.rollback().await.unwrap(),
            "drop" => drop(transaction),
            _ => drop(
                transaction
                    .execute(statement("INSERT INTO t VALUES (7, 'end')"))
                    .await
                    .unwrap_err(),
            ),
        }
    }
    fixture
        .execute(&fixture.host, "UPDATE t SET x = 'dos' WHERE id = 2")
        .await
        .unwrap();
    assert_eq!(
        told(&changes, batch.next),
        ["update t (id=2, x='two') to (id=2, x='dos')"]
    );
    assert_eq!(changes.end().number, start.number + 3, "nothing else took a number");
}

#[tokio::test]
async fn what_takes_long_and_is_run_again_is_told_once() {
    let fixture = Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, x);").await;
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    let slow = "INSERT INTO t (x) SELECT count(*) FROM
        (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n)";
    let batches = (0..6).map(|place| {
        let sql = if place == 3 {
            slow
        } else {
            "INSERT INTO t (x) VALUES ('quick')"
        };
        fixture.database.batch(
            &fixture.host,
            vec![step("INSERT INTO t (x) VALUES ('first')"), step(sql)],
        )
    });
    for written in futures::future::join_all(batches.collect::<Vec<_>>()).await {
        written.unwrap();
    }
    let told = told(&changes, start);
    let count = |what: &str| told.iter().filter(|change| change.contains(what)).count();
    assert_eq!(
        (told.len(), count("first"), count("quick"), count("300000")),
        (12, 6, 5, 1)
    );
}

#[tokio::test]
async fn migrations_are_told_with_the_columns_of_the_moment() {
    let fixture = Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);").await;
    let changes = log(&fixture, &["t", "later"]);
    let start = changes.end();
    let apply = |version: i64, sql: &'static str| fixture.apply(&fixture.host, "more", version, sql);
    apply(
        1,
        "INSERT INTO t VALUES (1, 'a'); ALTER TABLE t ADD COLUMN y TEXT DEFAULT 'new'; UPDATE t SET x = 'b';
        ALTER TABLE t RENAME COLUMN x TO z; UPDATE t SET z = 'c';
        CREATE TABLE later (id INTEGER PRIMARY KEY); INSERT INTO later VALUES (5);",
    )
    .await
    .unwrap();
    assert!(
        apply(
            2,
            "ALTER TABLE t DROP COLUMN y; INSERT INTO t VALUES (2, 'no'); SELECT * FROM missing;"
        )
        .await
        .is_err()
    );
    assert!(
        apply(
            2,
            "ALTER TABLE t ADD COLUMN w; INSERT OR ROLLBACK INTO t VALUES (1, 'a', 'b', 'c');"
        )
        .await
        .is_err()
    );
    fixture.execute(&fixture.host, "UPDATE t SET y = 'old'").await.unwrap();
    let expected = [
        "insert t (id=1, x='a')",
        "update t (id=1, x='a', y='new') to (id=1, x='b', y='new')",
        "update t (id=1, z='b', y='new') to (id=1, z='c', y='new')",
        "insert later (id=5)",
        "update t (id=1, z='c', y='new') to (id=1, z='c', y='old')",
    ];
    assert_eq!(told(&changes, start), expected);
    let batch = read_now(&changes, start).unwrap().unwrap();
    assert_eq!(batch.tables.len(), 4, "one for each set of columns: {:?}", batch.tables);
}

#[tokio::test]
async fn a_log_that_is_opened_within_a_transaction_says_that_it_missed_something() {
    let fixture = Fixture::new("CREATE TABLE t (x); CREATE TABLE u (x);").await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    let (t, u) = (log(&fixture, &["t"]), log(&fixture, &["u"]));
    let (t_start, u_start) = (t.end(), u.end());
    transaction
        .execute(statement("INSERT INTO t VALUES (2)"))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let oldest = fell_behind(read_now(&t, t_start));
    assert_eq!(oldest, t.end());
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (3)")
        .await
        .unwrap();
    fixture
        .execute(&fixture.host, "INSERT INTO u VALUES (4)")
        .await
        .unwrap();
    assert_eq!(told(&t, oldest), ["insert t (x=3)"]);
    assert_eq!(told(&u, u_start), ["insert u (x=4)"], "it wrote nothing there");
}

/// Whoever applies the changes in order has the table.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_many_write_is_told_without_loss() {
    const WRITERS: i64 = 16;
    const ROUNDS: i64 = 200;
    let fixture = Arc::new(Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER NOT NULL) STRICT;").await);
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    let writers = (0..WRITERS).map(|writer| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let id = (writer * 7 + round * 13) % 50;
                let sql = match round % 5 {
                    0 => format!("INSERT OR REPLACE INTO t VALUES ({id}, {round})"),
                    1 => format!("INSERT INTO t VALUES ({id}, {round})"),
                    2 => format!("UPDATE t SET x = x + 1 WHERE id % 3 = {}", id % 3),
                    3 => format!("DELETE FROM t WHERE id = {id}"),
                    _ => format!("UPDATE t SET id = id + 100 WHERE id = {id}"),
                };
                // Some fail, because another one has the key.
                drop(fixture.execute(&fixture.host, &sql).await);
            }
        })
    });
    let (mut content, mut position, mut next_number) = (BTreeMap::new(), start, start.number + 1);
    let mut apply = |batch: Batch| {
        for change in batch.changes {
            assert_eq!(change.number, next_number, "without a gap");
            next_number += 1;
            if let [id, x] = change.before.as_slice() {
                let Value::Integer(id) = id else { panic!("no key") };
                assert_eq!(content.remove(id).as_ref(), Some(x), "what was before");
            }
            if let [Value::Integer(id), x] = change.after.as_slice() {
                assert_eq!(content.insert(*id, x.clone()), None, "nothing was before");
            }
        }
        batch.next
    };
    let mut writing = Box::pin(futures::future::join_all(writers.collect::<Vec<_>>()));
    loop {
        tokio::select! {
            _ = &mut writing => break,
            batch = changes.read(position, 100) => position = apply(batch.unwrap()),
        }
    }
    while let Some(batch) = read_now(&changes, position).unwrap() {
        position = apply(batch);
    }
    let rows = fixture.values("SELECT id, x FROM t ORDER BY id").await;
    let told = content.into_iter().flat_map(|(id, x)| [Value::Integer(id), x]);
    assert_eq!(told.collect::<Vec<_>>(), rows);
    assert!(!rows.is_empty());
}
