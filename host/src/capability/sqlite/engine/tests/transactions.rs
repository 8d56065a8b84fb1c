//! Interactive transactions: the lease, and what ends them.

use std::time::Duration;

use super::*;

const SCHEMA: &str = "CREATE TABLE t (x INTEGER UNIQUE);";

fn short() -> Settings {
    Settings {
        lease: Duration::from_millis(100),
        writer_wait: Duration::from_millis(400),
        ..Settings::default()
    }
}

#[tokio::test]
async fn it_sees_its_own_writes_and_commits() {
    let fixture = Fixture::new(SCHEMA).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    assert_eq!(
        transaction.execute(statement("SELECT x FROM t")).await.unwrap().values,
        [Value::Integer(1)]
    );
    assert!(fixture.values("SELECT x FROM t").await.is_empty());
    transaction.commit().await.unwrap();
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(1)]);
}

#[tokio::test]
async fn a_failed_statement_undoes_itself_alone() {
    let fixture = Fixture::new(SCHEMA).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    let failed = transaction
        .execute(statement("INSERT OR FAIL INTO t VALUES (2), (1), (3)"))
        .await;
    assert!(matches!(failed, Err(Error::Constraint { .. })));
    transaction.commit().await.unwrap();
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(1)]);
}

#[tokio::test]
async fn dropped_or_rolled_back_it_leaves_nothing() {
    let fixture = Fixture::new(SCHEMA).await;
    let dropped = fixture.database.begin(&fixture.host).await.unwrap();
    dropped.execute(statement("INSERT INTO t VALUES (1)")).await.unwrap();
    drop(dropped);
    let rolled_back = fixture.database.begin(&fixture.host).await.unwrap();
    rolled_back
        .execute(statement("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    rolled_back.rollback().await.unwrap();
    assert!(fixture.execute(&fixture.host, "INSERT INTO t VALUES (2)").await.is_ok());
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(2)]);
}

#[tokio::test]
async fn the_lease_ends_it() {
    let fixture = Fixture::with_settings(SCHEMA, short()).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    transaction
        .execute(statement("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    // This waits for the writer, which is free when the lease has ended.
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (2)")
        .await
        .unwrap();
    assert_eq!(transaction.execute(statement("SELECT 1")).await, Err(Error::Closed));
    assert_eq!(transaction.commit().await, Err(Error::Closed));
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(2)]);
}

#[tokio::test]
async fn a_statement_cannot_outlive_the_lease() {
    let fixture = Fixture::with_settings(SCHEMA, short()).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    let endless = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    assert_eq!(transaction.execute(statement(endless)).await, Err(Error::TimedOut));
    assert_eq!(transaction.commit().await, Err(Error::Closed));
}

#[tokio::test]
async fn waiting_for_the_writer_is_bounded_and_then_nothing_is_done() {
    let settings = Settings {
        writer_wait: Duration::from_millis(50),
        ..Settings::default()
    };
    let fixture = Fixture::with_settings(SCHEMA, settings).await;
    let transaction = fixture.database.begin(&fixture.host).await.unwrap();
    assert_eq!(
        fixture.execute(&fixture.host, "INSERT INTO t VALUES (1)").await,
        Err(Error::Busy)
    );
    assert_eq!(fixture.database.begin(&fixture.host).await.err(), Some(Error::Busy));
    transaction.commit().await.unwrap();
    fixture
        .execute(&fixture.host, "INSERT INTO t VALUES (2)")
        .await
        .unwrap();
    assert_eq!(fixture.values("SELECT x FROM t").await, [Value::Integer(2)]);
}

#[tokio::test]
async fn grants_hold_inside() {
    let fixture = Fixture::new(SCHEMA).await;
    let reader = role(&["t"], &[], &[]);
    let transaction = fixture.database.begin(&reader).await.unwrap();
    assert!(transaction.execute(statement("SELECT x FROM t")).await.is_ok());
    assert!(is_denied(
        &transaction.execute(statement("INSERT INTO t VALUES (1)")).await
    ));
    assert!(is_denied(&transaction.execute(statement("COMMIT")).await));
}
