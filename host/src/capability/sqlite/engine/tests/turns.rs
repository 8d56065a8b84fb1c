//! Who commits: the task that writes where that is quick, the thread where it is not; and that nobody is held up or forgotten.

use std::time::{Duration, Instant};

use super::{super::limits, super::settings::Synchronous, *};

const SCHEMA: &str = "CREATE TABLE t (x);";
const COUNT_TO: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n";

async fn fixture(settings: Settings) -> Fixture {
    Fixture::with_settings(SCHEMA, settings).await
}

#[tokio::test]
async fn a_long_write_holds_up_nothing_else_on_its_thread() {
    let fixture = fixture(Settings::default()).await;
    let long_sql = format!("INSERT INTO t {COUNT_TO}");
    let started = Instant::now();
    let long = async {
        let outcome = fixture.execute(&fixture.host, &long_sql).await;
        (outcome, started.elapsed())
    };
    let short = async {
        for _ in 0..3 {
            fixture.values("SELECT 1").await;
        }
        started.elapsed()
    };
    let ((written, long), short) = tokio::join!(long, short);
    assert!(written.is_ok(), "{written:?}");
    assert!(short < long / 2, "reads took {short:?} beside a write of {long:?}");
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(1_000_000)]);
}

#[tokio::test]
async fn the_log_is_copied_into_the_file_before_it_is_long() {
    let fixture = fixture(Settings::default()).await;
    const PAGES_EACH: u32 = 5;
    for _ in 0..limits::CHECKPOINT_PAGES {
        let row = vec![Value::Blob(vec![7; 4096 * PAGES_EACH as usize])];
        fixture
            .execute_with(&fixture.host, "INSERT INTO t VALUES (?1)", row)
            .await
            .unwrap();
    }
    let log = std::fs::metadata(fixture.directory.path().join("main.db-wal")).unwrap();
    let pages = log.len() / 4096;
    assert!(
        pages < u64::from(limits::CHECKPOINT_PAGES) * 2,
        "the log has {pages} pages"
    );
}

#[tokio::test]
async fn a_commit_that_waits_for_the_disk_is_the_threads() {
    let fixture = fixture(Settings {
        synchronous: Synchronous::Full,
        ..Settings::default()
    })
    .await;
    let writes = (0..20).map(|_| fixture.execute(&fixture.host, "INSERT INTO t VALUES (1)"));
    for written in futures::future::join_all(writes).await {
        written.unwrap();
    }
    assert_eq!(fixture.values("SELECT count(*) FROM t").await, [Value::Integer(20)]);
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for_elsewhere() {
    let fixture = fixture(Settings::default()).await;
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (1)")
        .await
        .unwrap();
    let other = rusqlite::Connection::open(fixture.directory.path().join("main.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = fixture.execute(&fixture.host, "INSERT INTO t VALUES (2)");
    let read_and_unlock = async {
        let started = Instant::now();
        fixture.values("SELECT x FROM t").await;
        let waited = started.elapsed();
        other.execute_batch("COMMIT").unwrap();
        waited
    };
    let (written, waited) = tokio::join!(write, read_and_unlock);
    assert!(
        waited < Duration::from_millis(limits::BUSY_TIMEOUT_MS) / 4,
        "{waited:?}"
    );
    written.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_forgotten_where_many_meet() {
    let fixture = Arc::new(fixture(Settings::default()).await);
    let tasks = (0..64).map(|_| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            for round in 0..50 {
                if round % 25 == 24 {
                    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
                    transaction
                        .execute(statement("INSERT INTO t VALUES (1)"))
                        .await
                        .unwrap();
                    transaction.commit().await.unwrap();
                } else {
                    fixture
                        .execute(&fixture.host, "INSERT INTO t VALUES (1)")
                        .await
                        .unwrap();
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(
        fixture.values("SELECT count(*) FROM t").await,
        [Value::Integer(64 * 50)]
    );
}
