//! Results that are read row by row.

use std::time::Duration;

use super::*;

const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, 'row ' || i AS t FROM n";

fn small() -> Settings {
    Settings {
        readers: 2,
        streams: 1,
        stream_idle: Duration::from_millis(100),
        ..Settings::default()
    }
}

#[tokio::test]
async fn every_row_comes_in_order() {
    let fixture = Fixture::new("").await;
    let mut stream = fixture.database.read(&fixture.host, statement(MANY)).await.unwrap();
    assert_eq!(**stream.columns(), ["i".to_owned(), "t".to_owned()]);
    let mut expected = 0;
    while let Some(rows) = stream.next().await {
        for row in rows.unwrap() {
            expected += 1;
            assert_eq!(row[0], Value::Integer(expected));
        }
    }
    assert_eq!(expected, 100_000);
}

#[tokio::test]
async fn a_dropped_stream_gives_its_reader_back() {
    let fixture = Fixture::with_settings("", small()).await;
    for _ in 0..5 {
        let mut stream = fixture.database.read(&fixture.host, statement(MANY)).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_consumer_that_does_not_come_ends_the_stream() {
    let fixture = Fixture::with_settings("", small()).await;
    let mut idle = fixture.database.read(&fixture.host, statement(MANY)).await.unwrap();
    // Only one stream is allowed at once: the second begins when the first was given up.
    let mut second = fixture.database.read(&fixture.host, statement(MANY)).await.unwrap();
    assert!(second.next().await.unwrap().is_ok());
    let mut last = idle.next().await;
    while let Some(Ok(_)) = last {
        last = idle.next().await;
    }
    assert!(matches!(last, None | Some(Err(Error::TimedOut))));
}

#[tokio::test]
async fn it_is_of_the_snapshot_at_the_call_and_reads_only() {
    let fixture = Fixture::new("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2);").await;
    let mut stream = fixture
        .database
        .read(&fixture.host, statement("SELECT x FROM t"))
        .await
        .unwrap();
    fixture.execute(&fixture.host, "DELETE FROM t").await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 2);
    assert!(stream.next().await.is_none());
    let writes = fixture
        .database
        .read(&fixture.host, statement("DELETE FROM t RETURNING x"))
        .await;
    assert!(matches!(writes, Err(Error::Denied(_))));
    let broken = fixture
        .database
        .read(&fixture.host, statement("SELECT missing FROM t"))
        .await;
    assert!(matches!(broken, Err(Error::Sql(_))));
}
