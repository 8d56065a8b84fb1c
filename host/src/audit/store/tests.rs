//! What is stored of counts, and what is given of it.

use super::*;
use crate::capability::sqlite::{Databases, Settings};

async fn open(folder: &tempfile::TempDir) -> (Databases, Store) {
    let databases = Databases::new(folder.path(), Settings::default());
    let store = Store::open(databases.open("host").expect("a database"))
        .await
        .expect("tables");
    (databases, store)
}

fn ledger() -> Arc<Ledger> {
    Arc::new(Ledger::new("shop".into(), 3))
}

#[tokio::test]
async fn counts_of_an_hour_are_added_up_and_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let (databases, store) = open(&folder).await;
    let ledger = ledger();
    for _ in 0..2 {
        ledger.counter("sqlite main: read entry").add(Verdict::Allowed);
        ledger.counter("secret KEY").add(Verdict::Denied);
        store.add(std::slice::from_ref(&ledger)).await.expect("stored");
    }
    databases.close().await;
    let (_databases, store) = open(&folder).await;
    let usage = store.usage("shop", 1).await.expect("usage");
    let told: Vec<_> = usage
        .iter()
        .map(|usage| (usage.resource.as_str(), usage.verdict, usage.calls))
        .collect();
    assert_eq!(
        told,
        [
            ("secret KEY", Verdict::Denied, 2),
            ("sqlite main: read entry", Verdict::Allowed, 2)
        ]
    );
    assert_eq!(store.usage("other", 1).await.expect("usage"), []);
}

#[tokio::test]
async fn what_cannot_be_stored_is_stored_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let (databases, store) = open(&folder).await;
    let ledger = ledger();
    ledger.counter("a").add(Verdict::Allowed);
    databases.close().await;
    assert!(store.add(std::slice::from_ref(&ledger)).await.is_err());
    let (_databases, store) = open(&folder).await;
    store.add(&[ledger]).await.expect("stored");
    assert_eq!(store.usage("shop", 1).await.expect("usage")[0].calls, 1);
}

#[tokio::test]
async fn old_hours_go_and_so_do_the_oldest_of_too_many_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_databases, store) = open(&folder).await;
    let hour = clock::now_ms() / HOUR_MS;
    let insert = |hour: i64, count: usize| {
        let many = "INSERT INTO usage SELECT 'shop', 1, ?1, 'r' || key, 'allowed', 1, 0 FROM json_each(?2)";
        let list = format!("[{}]", vec!["0"; count].join(","));
        step(many, vec![EngineValue::Integer(hour), EngineValue::Text(list)])
    };
    let too_old = hour - i64::from(limits::USAGE_HOURS_KEPT) - 1;
    store
        .write(vec![insert(too_old, 1), insert(hour - 2, 10)])
        .await
        .expect("rows");
    store.prune(hour).await.expect("pruned");
    let count = async |store: &Store| {
        let counted = store
            .query("SELECT count(*) FROM usage", Vec::new())
            .await
            .expect("a count");
        counted.values[0].clone()
    };
    assert_eq!(count(&store).await, EngineValue::Integer(10));
    store
        .write(vec![insert(hour - 1, limits::USAGE_ROWS_KEPT)])
        .await
        .expect("rows");
    store.prune(hour + 1).await.expect("pruned");
    let kept = EngineValue::Integer(limits::USAGE_ROWS_KEPT as i64);
    assert_eq!(count(&store).await, kept);
}
