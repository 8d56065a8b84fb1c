//! Measures, which print and judge nothing. Run with `--ignored --nocapture`.

use std::time::Instant;

use super::*;

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT) STRICT;
    INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i, 'row ' || i FROM n;";

#[tokio::test]
#[ignore = "a measurement"]
async fn microseconds_per_call() {
    let fixture = Fixture::new(SCHEMA).await;
    let sql: Arc<str> = "SELECT id, x FROM t WHERE id = ?1".into();
    let mut best = f64::MAX;
    for round in 0..20 {
        let started = Instant::now();
        for number in 0..5000 {
            let read = Statement::new(sql.clone(), vec![Value::Integer((number * 7 + round) % 10_000 + 1)]);
            fixture.database.query(&fixture.host, read).await.unwrap();
        }
        best = best.min(started.elapsed().as_secs_f64() * 1e6 / 5000.0);
    }
    println!("point read: {best:.2} us");
    let mut best = f64::MAX;
    for _ in 0..10 {
        let started = Instant::now();
        for _ in 0..2000 {
            let insert = Statement::new("INSERT INTO t (x) VALUES (?1)", vec![Value::Text("row".into())]);
            fixture
                .database
                .batch(
                    &fixture.host,
                    vec![Step {
                        statement: insert,
                        must_affect: false,
                    }],
                )
                .await
                .unwrap();
        }
        best = best.min(started.elapsed().as_secs_f64() * 1e6 / 2000.0);
    }
    println!("insert from one task: {best:.2} us");
}

#[tokio::test]
#[ignore = "a measurement"]
async fn inserts_per_second() {
    const TASKS: u32 = 64;
    const INSERTS: u32 = 1000;
    let fixture = Arc::new(Fixture::new(SCHEMA).await);
    let mut best: f64 = 0.0;
    for _ in 0..5 {
        let started = Instant::now();
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| tokio::spawn(insert_many(fixture.clone(), INSERTS)))
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        best = best.max(f64::from(TASKS * INSERTS) / started.elapsed().as_secs_f64());
    }
    println!("inserts with {TASKS} tasks: {best:.0}/s");
}

async fn insert_many(fixture: Arc<Fixture>, count: u32) {
    let sql: Arc<str> = "INSERT INTO t (x) VALUES (?1)".into();
    for _ in 0..count {
        let insert = Statement::new(sql.clone(), vec![Value::Text("row".into())]);
        fixture
            .database
            .batch(
                &fixture.host,
                vec![Step {
                    statement: insert,
                    must_affect: false,
                }],
            )
            .await
            .unwrap();
    }
}

/// What capturing changes costs those who write.
#[tokio::test]
#[ignore = "a measurement"]
async fn microseconds_per_write_with_and_without_a_log() {
    let schema = format!("{SCHEMA} CREATE TABLE other (x);");
    for (what, tables) in [
        ("no log", None),
        ("of another table", Some("other")),
        ("of the table", Some("t")),
    ] {
        let fixture = Fixture::new(&schema).await;
        let table = tables.map(String::from);
        let log = table.map(|table| fixture.database.changes(&fixture.host, &[table]).unwrap());
        for sql in [
            "INSERT INTO t (x) VALUES ('row')",
            "UPDATE t SET x = 'changed' WHERE id = 77",
            "UPDATE t SET x = x || '!' WHERE id BETWEEN 1001 AND 2000",
        ] {
            let mut best = f64::MAX;
            for _ in 0..20 {
                let started = Instant::now();
                for _ in 0..200 {
                    fixture.execute(&fixture.host, sql).await.unwrap();
                }
                best = best.min(started.elapsed().as_secs_f64() * 1e6 / 200.0);
            }
            println!("{what}: {best:.1} us: {sql}");
        }
        drop(log);
    }
}
