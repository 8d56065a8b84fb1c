//! Every limit of the engine is crossed once.

use std::time::{Duration, Instant};

use super::*;

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

fn small() -> Settings {
    Settings {
        readers: 2,
        streams: 1,
        statements: 4,
        read_time: Duration::from_millis(100),
        write_time: Duration::from_millis(100),
        result_rows: 10,
        result_bytes: 1000,
        parameter_bytes: 1000,
        batch_statements: 3,
        ..Settings::default()
    }
}

#[tokio::test]
async fn a_read_that_runs_too_long_is_interrupted_and_holds_nobody_up() {
    let fixture = Fixture::with_settings("", small()).await;
    let started = Instant::now();
    let long = fixture.query(&fixture.host, ENDLESS);
    let short = async {
        let outcome = fixture.query(&fixture.host, "SELECT 1").await;
        (outcome, started.elapsed())
    };
    let (long, (short, waited)) = tokio::join!(long, short);
    assert_eq!(long, Err(Error::TimedOut));
    assert!(short.is_ok() && waited < Duration::from_millis(90), "{waited:?}");
}

#[tokio::test]
async fn a_write_that_runs_too_long_fails_alone() {
    let fixture = Fixture::with_settings("CREATE TABLE t (x) ;", small()).await;
    let endless = format!("INSERT INTO t {ENDLESS}");
    let (one, long, two) = tokio::join!(
        fixture.execute(&fixture.host, "INSERT INTO t VALUES (1)"),
        fixture.execute(&fixture.host, &endless),
        fixture.execute(&fixture.host, "INSERT INTO t VALUES (2)"),
    );
    assert_eq!(long, Err(Error::TimedOut));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(
        fixture.values("SELECT x FROM t ORDER BY x").await,
        [Value::Integer(1), Value::Integer(2)]
    );
}

#[tokio::test]
async fn results_parameters_and_batches_are_bounded() {
    let fixture = Fixture::with_settings("", small()).await;
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11) SELECT i FROM n";
    for sql in [rows, "SELECT zeroblob(2000)"] {
        assert!(
            matches!(fixture.query(&fixture.host, sql).await, Err(Error::TooLarge(_))),
            "{sql}"
        );
    }
    let large = Statement::new("SELECT length(?1)", vec![Value::Blob(vec![0; 2000])]);
    assert!(matches!(
        fixture.database.query(&fixture.host, large).await,
        Err(Error::TooLarge(_))
    ));
    let many = vec![step("SELECT 1"); 4];
    assert!(matches!(
        fixture.database.batch(&fixture.host, many).await,
        Err(Error::TooLarge(_))
    ));
    let many = vec![statement("SELECT 1"); 4];
    assert!(matches!(
        fixture.database.query_all(&fixture.host, many).await,
        Err(Error::TooLarge(_))
    ));
}

#[tokio::test]
async fn statements_of_extreme_size_do_not_compile() {
    let fixture = Fixture::new("").await;
    let deep = format!("SELECT {}1{}", "(1+".repeat(300), ")".repeat(300));
    let long = format!("SELECT '{}'", "x".repeat(300_000));
    let wide = format!("SELECT {}1", "1,".repeat(1001));
    for sql in [
        deep,
        long,
        wide,
        "SELECT ?99999".into(),
        "SELECT zeroblob(100000000)".into(),
    ] {
        let result = fixture.query(&fixture.host, &sql).await;
        assert!(
            matches!(result, Err(Error::Sql(_) | Error::TooLarge(_))),
            "{:?}",
            &sql[..20]
        );
    }
}

#[tokio::test]
async fn the_statement_cache_forgets_the_least_recently_used() {
    let fixture = Fixture::with_settings("", Settings { readers: 1, ..small() }).await;
    for number in 0..50 {
        let outcome = fixture.query(&fixture.host, &format!("SELECT {number}")).await.unwrap();
        assert_eq!(outcome.values, [Value::Integer(number)]);
        assert_eq!(fixture.query(&fixture.host, "SELECT 'kept'").await.unwrap().rows(), 1);
    }
    assert!(fixture.database.reader_statements().await <= 4);
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let settings = Settings {
        writer_queue: 1,
        ..small()
    };
    let fixture = Fixture::with_settings("CREATE TABLE t (x);", settings).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    let writes = (0..8).map(|_| fixture.execute(&fixture.host, "INSERT INTO t VALUES (1)"));
    let mut writes: Vec<_> = writes.map(Box::pin).collect();
    let waker = std::task::Waker::noop();
    let mut context = std::task::Context::from_waker(waker);
    let mut busy = 0;
    for write in &mut writes {
        let refused = matches!(
            write.as_mut().poll(&mut context),
            std::task::Poll::Ready(Err(Error::Busy))
        );
        busy += i32::from(refused);
    }
    assert_eq!(busy, 7);
    drop(transaction);
}
