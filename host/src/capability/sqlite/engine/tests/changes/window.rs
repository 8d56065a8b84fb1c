//! The window of the log: what falls out of it is said to be lost, and whoever waits is woken.

use std::{sync::mpsc, thread, time::Duration};

use super::super::super::limits::{
    CHANGES_KEPT, CHANGES_KEPT_BYTES, CHANGES_READ, CHANGES_READ_BYTES, CHANGES_TABLES, TABLE_NAME_BYTES,
};
use super::*;

const T: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x);";

fn insert_rows(count: usize) -> String {
    format!(
        "INSERT INTO t (x) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"
    )
}

#[tokio::test]
async fn the_oldest_changes_fall_out_of_it() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let first = changes.end();
    fixture
        .execute(&fixture.host, "INSERT INTO t (x) VALUES (1)")
        .await
        .unwrap();
    let second = changes.end();
    fixture
        .execute(&fixture.host, &insert_rows(CHANGES_KEPT))
        .await
        .unwrap();
    let oldest = fell_behind(read_now(&changes, first));
    assert_eq!((oldest, changes.start()), (second, second));
    let mut position = oldest;
    let mut count = 0;
    while let Some(batch) = read_now(&changes, position).unwrap() {
        assert!(batch.changes.len() <= CHANGES_READ as usize);
        count += batch.changes.len();
        position = batch.next;
    }
    assert_eq!((count, position), (CHANGES_KEPT, changes.end()));
}

#[tokio::test]
async fn a_transaction_that_is_larger_is_counted_and_lost() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let first = changes.end();
    fixture
        .execute(&fixture.host, &insert_rows(CHANGES_KEPT + 1))
        .await
        .unwrap();
    let oldest = fell_behind(read_now(&changes, first));
    assert_eq!(oldest, changes.end());
    assert_eq!(oldest.number - first.number, CHANGES_KEPT as u64 + 1);
    fixture
        .execute(&fixture.host, "DELETE FROM t WHERE id = 1")
        .await
        .unwrap();
    assert_eq!(told(&changes, oldest), ["delete t (id=1, x=1)"]);
}

#[tokio::test]
async fn what_a_large_part_dropped_is_lost_with_it_only_if_it_was_committed() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let first = changes.end();
    let too_many = insert_rows(CHANGES_KEPT + 1);
    let fails = vec![step(&too_many), step("INSERT INTO t VALUES (1, 'again')")];
    fixture.database.batch(&fixture.host, fails).await.unwrap_err();
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (1, 'good')")
        .await
        .unwrap();
    assert_eq!(told(&changes, first), ["insert t (id=1, x='good')"]);
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO t VALUES (2, 'kept')"))
        .await
        .unwrap();
    let fails = format!(
        "INSERT OR FAIL {}",
        too_many.strip_prefix("INSERT").unwrap().replace(
            "SELECT i FROM n",
            "SELECT i FROM n UNION ALL SELECT abs(-9223372036854775807 - 1)"
        )
    );
    transaction.execute(statement(&fails)).await.unwrap_err();
    transaction.commit().await.unwrap();
    let oldest = fell_behind(read_now(&changes, first));
    assert_eq!(oldest.number - first.number, 2, "one change of each transaction");
}

#[tokio::test]
async fn it_is_bounded_in_bytes_and_so_is_a_read() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let first = changes.end();
    let large = CHANGES_READ_BYTES * 3;
    let count = CHANGES_KEPT_BYTES / large + 2;
    for _ in 0..count {
        let row = vec![Value::Blob(vec![7; large])];
        fixture
            .execute_with(&fixture.host, "INSERT INTO t (x) VALUES (?1)", row)
            .await
            .unwrap();
    }
    fell_behind(read_now(&changes, first));
    let mut position = changes.start();
    let mut read = 0;
    while let Some(batch) = read_now(&changes, position).unwrap() {
        assert_eq!(batch.changes.len(), 1, "the first one is given though it is too large");
        position = batch.next;
        read += 1;
    }
    assert!(read * large <= CHANGES_KEPT_BYTES && read > 2, "{read}");
}

#[tokio::test]
async fn positions_that_are_none() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let end = changes.end();
    for wrong in [
        Position {
            epoch: end.epoch ^ 1,
            ..end
        },
        Position {
            number: end.number + 1,
            ..end
        },
        Position {
            number: u64::MAX,
            ..end
        },
    ] {
        assert_eq!(fell_behind(read_now(&changes, wrong)), end);
    }
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (1, 1)")
        .await
        .unwrap();
    let again = log(&fixture, &["t"]);
    assert_eq!(
        told(&again, end),
        ["insert t (id=1, x=1)"],
        "a log that is opened again has lost nothing"
    );
    fixture
        .apply(&fixture.host, "more", 1, "CREATE TABLE u (x);")
        .await
        .unwrap();
    let both = log(&fixture, &["t", "u"]);
    assert_eq!(
        fell_behind(read_now(&both, end)),
        both.end(),
        "not from before one of them was captured"
    );
    let other = Fixture::new(T).await;
    assert_ne!(log(&other, &["t"]).end().epoch, end.epoch);
}

#[tokio::test]
async fn a_reader_that_waits_is_woken_from_another_thread() {
    let fixture = Arc::new(Fixture::new(T).await);
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    let (go, gone) = mpsc::channel::<()>();
    let writer = thread::spawn({
        let fixture = fixture.clone();
        move || {
            gone.recv().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            for sql in ["CREATE TABLE other (x)", "INSERT INTO t VALUES (1, 'woken')"] {
                runtime.block_on(fixture.execute(&fixture.host, sql)).unwrap();
            }
        }
    });
    // Given up while it waits, which loses nothing.
    tokio::select! {
        biased;
        batch = changes.read(start, 10) => panic!("{batch:?}"),
        () = tokio::task::yield_now() => {}
    }
    let reading = changes.read(start, 10);
    go.send(()).unwrap();
    let batch = tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .expect("woken")
        .unwrap();
    assert_eq!(in_words(&batch, &batch.changes[0]), "insert t (id=1, x='woken')");
    writer.join().unwrap();
}

#[tokio::test]
async fn a_reader_that_waits_learns_that_it_fell_behind_and_that_the_database_is_closed() {
    let fixture = Fixture::new(T).await;
    let changes = log(&fixture, &["t"]);
    let start = changes.end();
    let overrun = insert_rows(CHANGES_KEPT + 1);
    let (read, written) = tokio::join!(changes.read(start, 10), fixture.execute(&fixture.host, &overrun));
    written.unwrap();
    let end = fell_behind(read);
    let (read, ()) = tokio::join!(changes.read(end, 10), fixture.databases.close());
    assert!(matches!(read, Err(ChangesError::Other(_))), "{read:?}");
}

#[tokio::test]
async fn logs_are_opened_for_so_many_tables_only() {
    let fixture = Fixture::new(T).await;
    let names: Vec<String> = (0..=CHANGES_TABLES).map(|number| format!("table{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let refused = open(&fixture, &fixture.host, &names).map(drop);
    assert!(matches!(refused, Err(ChangesError::TooMany(_))), "{refused:?}");
    let long = "x".repeat(TABLE_NAME_BYTES + 1);
    let refused = open(&fixture, &fixture.host, &[&long]).map(drop);
    assert!(matches!(refused, Err(ChangesError::TooMany(_))), "{refused:?}");
}

#[tokio::test]
async fn without_a_limit_nobody_waits_and_is_told_how_far_there_is_nothing() {
    let fixture = Fixture::new(&format!("{T} CREATE TABLE other (id INTEGER PRIMARY KEY);")).await;
    let changes = log(&fixture, &["t"]);
    let others = log(&fixture, &["other"]);
    let first = changes.end();
    for sql in ["INSERT INTO t (x) VALUES (1)", "INSERT INTO other DEFAULT VALUES"] {
        fixture.execute(&fixture.host, sql).await.unwrap();
    }
    let batch = changes.read(first, 0).await.unwrap();
    assert_eq!((batch.changes.len(), batch.next), (1, changes.end()));
    let mut behind_it = first;
    behind_it.number += 1;
    let batch = changes.read(behind_it, 0).await.unwrap();
    assert_eq!((batch.changes.len(), batch.next), (0, others.end()));
}
