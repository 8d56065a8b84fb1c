//! Commits against checkpoints with readers at work: nothing acknowledged is lost, nothing is seen half.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use super::*;

const WRITERS: i64 = 16;
const TIME: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commits_checkpoints_and_readers() {
    let fixture = Arc::new(
        Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, writer INTEGER, n INTEGER, pad BLOB) STRICT; CREATE TABLE sum (x INTEGER) STRICT; INSERT INTO sum VALUES (0);").await,
    );
    let running = Arc::new(AtomicBool::new(true));
    let readers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(read_until(fixture.clone(), running.clone())))
        .collect();
    let end = Instant::now() + TIME;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write_until(fixture.clone(), writer, end)))
        .collect();
    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await.unwrap();
    }
    running.store(false, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    assert!(acknowledged > 0);
    assert_eq!(
        fixture.values("SELECT count(*) FROM t").await,
        [Value::Integer(acknowledged)]
    );
    fixture.databases.close().await;
    let again = Databases::new(fixture.directory.path(), Settings::default())
        .open("main")
        .unwrap();
    let checks = vec![statement("PRAGMA integrity_check"), statement("SELECT count(*) FROM t")];
    let outcomes = again.query_all(&fixture.host, checks).await.unwrap();
    assert_eq!(outcomes[0].values, [Value::Text("ok".into())]);
    assert_eq!(outcomes[1].values, [Value::Integer(acknowledged)]);
}

async fn write_until(fixture: Arc<Fixture>, writer: i64, end: Instant) -> i64 {
    let mut n = 0;
    while Instant::now() < end {
        let row = vec![Value::Integer(writer), Value::Integer(n), Value::Blob(vec![7; 3000])];
        let insert = Statement::new("INSERT INTO t (writer, n, pad) VALUES (?1, ?2, ?3)", row);
        let steps = vec![
            Step {
                statement: insert,
                must_affect: true,
            },
            step("UPDATE sum SET x = x + 1"),
        ];
        fixture.database.batch(&fixture.host, steps).await.expect("commits");
        n += 1;
    }
    n
}

async fn read_until(fixture: Arc<Fixture>, running: Arc<AtomicBool>) -> i64 {
    let (mut reads, mut last) = (0, 0);
    while running.load(Ordering::Relaxed) {
        let both = vec![statement("SELECT x FROM sum"), statement("SELECT count(*) FROM t")];
        let outcomes = fixture.database.query_all(&fixture.host, both).await.expect("reads");
        assert_eq!(
            outcomes[0].values, outcomes[1].values,
            "a batch is seen whole or not at all"
        );
        let Value::Integer(count) = outcomes[0].values[0] else {
            panic!("no number")
        };
        assert!(count >= last, "time goes on");
        last = count;
        reads += 1;
        tokio::task::yield_now().await;
    }
    reads
}
