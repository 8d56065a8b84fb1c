//! What of a row stands in an event: what a read has, but for references, which are bare, and what is computed when it is read.

use super::{create, start, subscribe, update};
use serde_json::{Value, json};

#[test]
fn an_event_has_what_a_read_has() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    let id = create(
        &server,
        json!({
            "text": "\u{1f600} \"quoted\" \n", "stars": 5, "score": 2, "data": "AP8=", "any": "x", "title": "t",
            "meta": {"a": [1, {"b": null}]}, "room": 1, "_hidden": "h", "internal": "i"
        }),
    );
    let event = events.expect_json();
    let mut read = server.get(&format!("/api/records/v1/notes/{id}")).json();
    assert_eq!(read["room"], json!({"id": 1}));
    assert_eq!(
        read.as_object_mut().expect("an object").remove("loud"),
        Some(json!("\u{1f600} \"QUOTED\" \n"))
    );
    read["room"] = json!(1);
    assert_eq!(event["Insert"], read);
    assert_eq!(
        (&read["twice"], read.get("_hidden"), read.get("internal")),
        (&json!(10), None, None)
    );
}

#[test]
fn an_update_is_told_with_what_is_after_it() {
    let server = start();
    let id = create(&server, json!({"text": "a", "meta": {"a": 1}, "score": 1.5}));
    let mut events = subscribe(&server, "notes");
    update(&server, &id, json!({"stars": 1, "meta": null}));
    let record = events.expect_json()["Update"].clone();
    let fields = ["text", "stars", "twice", "meta", "score", "room"].map(|name| record[name].clone());
    assert_eq!(
        fields,
        [json!("a"), json!(1), json!(2), Value::Null, json!(1.5), Value::Null]
    );
}

#[test]
fn json_on_several_lines_is_an_event_on_one() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    let note = "{\"text\": \"a\", \"meta\": {\n  \"a\":\r\n  [1,\n 2]\n}}";
    let request = server
        .request("POST", super::NOTES)
        .header("content-type", "application/json");
    request.body(note).send().expect_status(200);
    assert_eq!(events.expect_json()["Insert"]["meta"], json!({"a": [1, 2]}));
}

#[test]
fn numbers_are_exact() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    create(&server, json!({"id": i64::MAX, "text": "a"}));
    let event = events.expect_event();
    assert!(
        event
            .data
            .expect("data")
            .starts_with("{\"Insert\":{\"id\":9223372036854775807,")
    );
}

#[test]
fn a_record_that_is_too_large_for_an_event_is_said_to_be() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    create(&server, json!({"text": "a".repeat(300 * 1024)}));
    create(&server, json!({"text": "b"}));
    let error = events.expect_json();
    assert_eq!((&error["Error"]["status"], &error["seq"]), (&json!(3), &json!(1)));
    assert_eq!(events.expect_json()["Insert"]["text"], "b");
}
