//! The bytes of a stream, as the clients of the protocol expect them.

use super::{create, delete, path, start, subscribe, update};
use serde_json::json;

#[test]
fn a_stream_begins_at_once_and_each_event_is_one_line_in_one_chunk() {
    let server = start();
    let mut events = subscribe(&server, "others");
    assert_eq!(events.head.field("content-type"), Some("text/event-stream"));
    let mut chunk = || String::from_utf8(events.next_chunk().unwrap().unwrap()).unwrap();
    assert_eq!(chunk(), ": ping\n\n");
    let create = |text: &str| {
        let other = server
            .request("POST", "/api/records/v1/others")
            .json(&json!({"text": text}));
        other.send().expect_status(200);
    };
    create("a");
    assert_eq!(chunk(), "data: {\"Insert\":{\"id\":1,\"text\":\"a\"},\"seq\":1}\n\n");
    create("b\r\n\n");
    assert_eq!(
        chunk(),
        "data: {\"Insert\":{\"id\":2,\"text\":\"b\\r\\n\\n\"},\"seq\":2}\n\n"
    );
}

#[test]
fn what_is_written_after_the_head_is_heard_and_what_was_before_is_not() {
    let server = start();
    for round in 1..=20 {
        let before = create(&server, json!({"text": "before"}));
        let mut events = subscribe(&server, "notes");
        let id = create(&server, json!({"text": "after"}));
        let event = events.expect_json();
        assert_eq!(
            (&event["Insert"]["id"].to_string(), &event["seq"]),
            (&id, &json!(1)),
            "{round}"
        );
        delete(&server, &before);
    }
}

#[test]
fn every_listener_counts_its_own_events_from_one() {
    let server = start();
    let mut first = subscribe(&server, "notes");
    let id = create(&server, json!({"text": "a"}));
    assert_eq!(first.expect_json()["seq"], 1);
    let mut second = subscribe(&server, "notes");
    update(&server, &id, json!({"text": "b"}));
    delete(&server, &id);
    for (events, numbers) in [(&mut first, [2, 3]), (&mut second, [1, 2])] {
        for (name, number) in ["Update", "Delete"].into_iter().zip(numbers) {
            let event = events.expect_json();
            assert_eq!((&event["seq"], &event[name]["text"]), (&json!(number), &json!("b")));
        }
    }
}

#[test]
fn a_cookie_that_was_renewed_comes_with_the_stream() {
    let server = crate::accounts::prepare()
        .migration("U2__notes.sql", super::TABLES)
        .start();
    let alice = crate::accounts::sign_in(&server, crate::accounts::ALICE);
    let refresh = alice.cookies();
    let refresh = refresh
        .split("; ")
        .find(|cookie| cookie.starts_with("refresh_token="))
        .expect("there is one");
    let events = server.events_with(&path("known", "*"), &[("cookie", refresh)]);
    let renewed = events.head.field("set-cookie").expect("a cookie is set");
    assert!(renewed.starts_with("auth_token="), "{renewed}");
}
