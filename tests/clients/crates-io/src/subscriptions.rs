//! Whoever listens hears of each change once, in order: of all records, and of one.

use crate::support::{api, expect_error};
use futures_util::{Stream, StreamExt, pin_mut};
use serde_json::{Value, json};
use trailbase_client::{ChangeEvent, EventPayload};

pub async fn run() {
    let watched = api("watched");
    let all = watched.subscribe("*").await.expect("everybody may listen");
    let attic = watched.subscribe(1).await.expect("it is there");
    pin_mut!(all, attic);

    let room = json!({"id": 500, "name": "Watched", "floor": 3, "price": 10.5, "outlook": null});
    watched.create(&room).await.expect("it fits");
    watched.update(500, json!({"floor": 6})).await.expect("it fits");
    watched.update(1, json!({"outlook": "wall"})).await.expect("it fits");
    watched.delete(500).await.expect("it is there");

    let mut changed = room.clone();
    changed["floor"] = json!(6);
    let attic_now = json!({"id": 1, "name": "Attic", "floor": 4, "price": 79.5, "outlook": "wall"});
    expect_next(&mut all, "insert", &room, 1).await;
    expect_next(&mut all, "update", &changed, 2).await;
    expect_next(&mut all, "update", &attic_now, 3).await;
    expect_next(&mut all, "delete", &changed, 4).await;
    expect_next(&mut attic, "update", &attic_now, 1).await;

    expect_error(403, api("rooms").subscribe("*").await.map(drop));
    expect_error(405, api("nowhere").subscribe("*").await.map(drop));
    expect_error(404, watched.subscribe(4712).await.map(drop));
}

async fn expect_next(stream: &mut (impl Stream<Item = ChangeEvent> + Unpin), kind: &str, value: &Value, seq: i64) {
    let event = stream.next().await.expect("the stream goes on");
    let (heard, row) = match &*event.event {
        EventPayload::Insert(row) => ("insert", row),
        EventPayload::Update(row) => ("update", row),
        EventPayload::Delete(row) => ("delete", row),
        EventPayload::Error { status, message } => panic!("{status:?} {message:?}"),
    };
    assert_eq!(
        (heard, &Value::Object(row.clone()), event.seq),
        (kind, value, Some(seq))
    );
}
