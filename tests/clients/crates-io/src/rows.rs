//! Rows are created, read, changed and deleted, and every value comes back as it was sent.

use crate::support::{api, expect_error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trailbase_client::ListArguments;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Room {
    id: i64,
    name: String,
    floor: i64,
    price: f64,
    outlook: Option<String>,
    key_card: Option<String>,
}

pub async fn run() {
    every_type_comes_back().await;
    a_change_touches_what_it_names().await;
    several_at_once_are_all_or_none().await;
    integer_keys_are_numbers_in_rows().await;
    uuid_keys_have_two_forms().await;
}

async fn every_type_comes_back() {
    let samples = api("samples");
    let id = samples.create(json!({})).await.expect("a row of defaults");
    let defaults: Value = samples.read(&id).await.expect("it is there");
    let expected = json!({
        "id": id,
        "text_null": null, "text_default": "", "text_not_null": "",
        "integer_null": null, "integer_default": 5, "integer_not_null": 7,
        "real_null": null, "real_default": 5.5, "real_not_null": 7.25,
        "blob_null": null, "blob_default": "qrvM3Q==",
        "any_null": null,
    });
    assert_eq!(defaults, expected);

    let mut all = json!({
        "text_null": "\u{1f600} \"quoted\" \\ \n ' -- %", "text_default": "007", "text_not_null": " ",
        "integer_null": i64::MAX, "integer_default": i64::MIN, "integer_not_null": 2,
        "real_null": -0.125, "real_default": 1e-300, "real_not_null": 3.0,
        "blob_null": "AP-_", "blob_default": "",
        "any_null": "text",
    });
    let id = samples.create(&all).await.expect("every value fits");
    all["id"] = json!(id);
    assert_eq!(samples.read::<Value>(&id).await.expect("it is there"), all);
}

async fn a_change_touches_what_it_names() {
    let samples = api("samples");
    let id = samples
        .create(json!({"text_null": "a", "text_default": "b"}))
        .await
        .expect("both are text");
    samples
        .update(&id, json!({"text_null": null, "integer_default": 9}))
        .await
        .expect("both may be so");
    let row: Value = samples.read(&id).await.expect("it is there");
    assert_eq!(
        (&row["text_null"], &row["integer_default"], &row["text_default"]),
        (&json!(null), &json!(9), &json!("b"))
    );
    samples.delete(&id).await.expect("it can be deleted");
    expect_error(404, samples.read::<Value>(&id).await);
}

async fn several_at_once_are_all_or_none() {
    let samples = api("samples");
    let rows = ["a", "b", "c"].map(|text| json!({"text_null": text}));
    let ids = samples.create_bulk(&rows).await.expect("all fit");
    assert_eq!(ids.len(), 3);
    for (id, row) in ids.iter().zip(&rows) {
        let read: Value = samples.read(id).await.expect("it is there");
        assert_eq!(read["text_null"], row["text_null"]);
    }
    let rooms = api("rooms");
    let floors = [1, 99].map(|floor| json!({"name": "x", "floor": floor, "price": 1}));
    expect_error(400, rooms.create_bulk(&floors).await);
    let counted = rooms
        .list::<Value>(ListArguments::new().with_count(true))
        .await
        .expect("it can be read");
    assert_eq!(counted.total_count, Some(7));
}

async fn integer_keys_are_numbers_in_rows() {
    let rooms = api("rooms");
    let loft = Room {
        id: 4711,
        name: "Loft".into(),
        floor: 5,
        price: 10.0,
        outlook: None,
        key_card: Some("AP8=".into()),
    };
    assert_eq!(rooms.create(&loft).await.expect("it fits"), "4711");
    assert_eq!(rooms.read::<Room>(4711).await.expect("it is there"), loft);
    assert_eq!(rooms.read::<Room>("4711").await.expect("it is there"), loft);
    rooms.delete(4711).await.expect("it can be deleted");
    expect_error(404, rooms.read::<Room>(4711).await);
}

async fn uuid_keys_have_two_forms() {
    let guests = api("guests");
    let anna =
        json!({"id": "AYkAAAAAcACAAAAAAAAAAQ==", "name": "Anna", "wishes": {"pillows": 2, "tea": ["mint", null]}});
    for id in ["01890000-0000-7000-8000-000000000001", "AYkAAAAAcACAAAAAAAAAAQ=="] {
        assert_eq!(guests.read::<Value>(id).await.expect("it is there"), anna);
        guests
            .update(id, json!({"wishes": null}))
            .await
            .expect("it may be NULL");
        assert_eq!(
            guests.read::<Value>(id).await.expect("it is there")["wishes"],
            Value::Null
        );
        guests
            .update(id, json!({"wishes": anna["wishes"]}))
            .await
            .expect("it fits the schema");
    }
}
