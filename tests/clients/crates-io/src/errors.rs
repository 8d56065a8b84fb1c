//! Errors that applications tell apart, by their status.

use crate::support::{api, expect_error};
use serde_json::{Value, json};
use trailbase_client::ListArguments;

pub async fn run() {
    what_is_no_api_is_not_allowed().await;
    missing_rows_and_wrong_ids_differ().await;
    what_is_closed_is_forbidden().await;
    what_a_table_does_not_take_is_refused().await;
    nothing_left_a_trace().await;
}

/// A table without an API is none.
async fn what_is_no_api_is_not_allowed() {
    for name in ["nothing", "room", "_record_api"] {
        let nothing = api(name);
        expect_error(405, nothing.list::<Value>(ListArguments::new()).await);
        expect_error(405, nothing.read::<Value>(1).await);
        expect_error(405, nothing.create(json!({})).await);
        expect_error(405, nothing.create_bulk(&[json!({})]).await);
        expect_error(405, nothing.update(1, json!({})).await);
        expect_error(405, nothing.delete(1).await);
    }
}

async fn missing_rows_and_wrong_ids_differ() {
    let (rooms, guests) = (api("rooms"), api("guests"));
    expect_error(404, rooms.read::<Value>(77).await);
    expect_error(404, rooms.update(77, json!({"name": "x"})).await);
    expect_error(404, rooms.delete(77).await);
    expect_error(404, guests.read::<Value>("01890000-0000-7000-8000-0000000000ff").await);
    for wrong in ["x", "1.5", "99999999999999999999"] {
        expect_error(400, rooms.read::<Value>(wrong).await);
        expect_error(400, rooms.update(wrong, json!({"name": "x"})).await);
        expect_error(400, rooms.delete(wrong).await);
    }
    expect_error(400, guests.read::<Value>(1).await);
}

async fn what_is_closed_is_forbidden() {
    let (locked, nights) = (api("locked"), api("nights"));
    expect_error(403, locked.list::<Value>(ListArguments::new()).await);
    expect_error(403, locked.read::<Value>(1).await);
    expect_error(403, locked.create(json!({"name": "x", "floor": 1, "price": 1})).await);
    expect_error(403, locked.update(1, json!({"name": "x"})).await);
    expect_error(403, locked.delete(1).await);
    expect_error(403, nights.create(json!({"weekday": 1})).await);
    expect_error(403, nights.delete(1).await);
}

async fn what_a_table_does_not_take_is_refused() {
    let (rooms, guests, samples) = (api("rooms"), api("guests"), api("samples"));
    for wrong in [
        json!({"name": "x", "floor": 99, "price": 1}),
        json!({"name": null, "floor": 1, "price": 1}),
        json!({"floor": 1, "price": 1}),
        json!({"id": 1, "name": "x", "floor": 1, "price": 1}),
    ] {
        expect_error(400, rooms.create(&wrong).await);
    }
    for wrong in [
        json!({"integer_null": "1"}),
        json!({"integer_null": 1.5}),
        json!({"real_null": "1.5"}),
        json!({"text_null": 1}),
        json!({"text_null": {}}),
        json!({"blob_null": "no base64!"}),
        json!({"id": "no uuid"}),
    ] {
        expect_error(400, samples.create(&wrong).await);
    }
    expect_error(400, samples.create_bulk::<Value>(&[]).await);
    // JSON columns want the value, not its text.
    for wishes in [
        json!({}),
        json!({"pillows": -1}),
        json!("{\"pillows\": 1}"),
        json!("{ 4: 1 }"),
    ] {
        let anna = "01890000-0000-7000-8000-000000000001";
        expect_error(400, guests.update(anna, json!({"wishes": wishes})).await);
    }
}

async fn nothing_left_a_trace() {
    for (name, count) in [("rooms", 7), ("guests", 2), ("samples", 0)] {
        let list = api(name).list::<Value>(ListArguments::new().with_count(true)).await;
        assert_eq!(list.expect("it can be read").total_count, Some(count), "{name}");
    }
}
