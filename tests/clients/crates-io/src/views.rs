//! Views are read like tables, by the key that they show, and cannot be written.

use crate::support::{api, expect_error, ids};
use serde_json::{Value, json};
use trailbase_client::{CompareOp, Filter, ListArguments, Pagination};

pub async fn run() {
    a_table_is_seen_under_its_own_ids().await;
    joined_rows_have_computed_columns().await;
    lists_have_no_cursor().await;
    nothing_can_be_written().await;
}

async fn a_table_is_seen_under_its_own_ids() {
    let samples = api("samples");
    let row = json!({"text_not_null": "seen", "integer_null": i64::MAX});
    let id = samples.create(row).await.expect("it fits");
    let whole: Value = api("samples_whole").read(&id).await.expect("it is seen");
    assert_eq!(whole, samples.read::<Value>(&id).await.expect("it is there"));
    let part: Value = api("samples_part").read(&id).await.expect("it is seen");
    assert_eq!(part, json!({"id": id, "label": "seen", "large": i64::MAX}));
}

async fn joined_rows_have_computed_columns() {
    let bills = api("bills");
    let bill: Value = bills.read(1).await.expect("it is seen");
    assert_eq!(
        bill,
        json!({"id": 1, "room": "Attic", "guest": "Anna", "total": 238.5, "currency": "EUR"})
    );
    let bill: Value = bills.read("2").await.expect("it is seen");
    assert_eq!(
        bill,
        json!({"id": 2, "room": "Dune", "guest": null, "total": 99.0, "currency": "EUR"})
    );
    expect_error(404, bills.read::<Value>(77).await);
    expect_error(400, bills.read::<Value>("x").await);
}

async fn lists_have_no_cursor() {
    let bills = api("bills");
    let arguments = ListArguments::new()
        .with_order(["-total"])
        .with_filters(Filter::new("room", CompareOp::Equal, "Attic"))
        .with_count(true);
    let page = bills.list::<Value>(arguments).await.expect("it can be listed");
    assert_eq!((ids(&page), page.total_count, page.cursor), (vec![1, 3], Some(2), None));
    let cursor = api("nights")
        .list::<Value>(ListArguments::new())
        .await
        .expect("it can be listed")
        .cursor;
    let with_cursor = ListArguments::new().with_pagination(Pagination::new().with_cursor(cursor));
    expect_error(400, bills.list::<Value>(with_cursor).await);
    let grouped = api("room_stays")
        .list::<Value>(ListArguments::new().with_order(["id"]))
        .await;
    let expected = [
        json!({"id": 2, "room": 4, "nights": 1}),
        json!({"id": 3, "room": 1, "nights": 5}),
    ];
    assert_eq!(grouped.expect("it can be listed").records, expected);
}

/// Whatever the access list says.
async fn nothing_can_be_written() {
    let bills = api("bills");
    expect_error(405, bills.create(json!({"room": "Attic"})).await);
    expect_error(405, bills.create_bulk(&[json!({"room": "Attic"})]).await);
    expect_error(405, bills.update(1, json!({"total": 0})).await);
    expect_error(405, bills.delete(1).await);
}
