//! What becomes of streams when an API is changed: whoever may not listen any more is told so, and the stream ends.

use super::{create, expect_denied, expected, path, start, subscribe, told};
use guesthouse_tests::Server;
use serde_json::json;

fn set(server: &Server, arguments: &[&str]) {
    server.cli(&[&["api", "set"], arguments].concat()).expect_success();
}

/// What takes the right to listen away.
type Change = fn(&Server);

#[test]
fn the_streams_of_an_api_that_is_closed_end() {
    let change: [(&str, Change); 5] = [
        ("removed", |server| {
            server.cli(&["api", "remove", "notes"]).expect_success();
        }),
        ("without subscriptions", |server| {
            set(server, &["notes", "--subscriptions", "false"])
        }),
        ("without READ", |server| set(server, &["notes", "--world", "CREATE"])),
        ("over another table", |server| {
            set(server, &["notes", "--table", "other", "--exclude", "", "--expand", ""])
        }),
        ("over a table that is gone", |server| {
            let file = server.data().join("migrations/main/U2__drop.sql");
            std::fs::write(file, "DROP VIEW seen; DROP TABLE note;").expect("a file can be written");
            server.cli(&["migrate"]).expect_success();
        }),
    ];
    for (what, change) in change {
        let server = start();
        create(&server, json!({"text": "a"}));
        let mut streams = ["*", "1"].map(|id| server.events(&path("notes", id)));
        let mut other = subscribe(&server, "others");
        change(&server);
        for events in &mut streams {
            expect_denied(events);
        }
        let text = format!("heard, {what}");
        let request = server
            .request("POST", "/api/records/v1/others")
            .json(&json!({"text": text}));
        request.send().expect_status(200);
        assert_eq!(told(&mut other, 1), expected(&[("Insert", &text)]));
    }
}

#[test]
fn a_rule_that_was_changed_counts_for_those_who_listen_already() {
    let server = start();
    let mut events = subscribe(&server, "good");
    create(&server, json!({"text": "a", "stars": 3}));
    set(&server, &["good", "--read-rule", "_ROW_.stars >= 5"]);
    create(&server, json!({"text": "b", "stars": 4}));
    create(&server, json!({"text": "c", "stars": 5}));
    assert_eq!(told(&mut events, 2), expected(&[("Insert", "a"), ("Insert", "c")]));
}

#[test]
fn a_rule_that_begins_to_ask_who_somebody_is_ends_the_streams_of_those_who_were_not_asked() {
    use guesthouse_tests::callers::Key;
    let server = start();
    server.deploy_api_keys(&[Key::new("a1", b"alice-----------")]);
    let mut alice = server.events_with(&path("good", "*"), &[("authorization", "Bearer a1")]);
    let mut nobody = subscribe(&server, "good");
    set(&server, &["good", "--read-rule", "_USER_.id IS NULL"]);
    expect_denied(&mut alice);
    create(&server, json!({"text": "a"}));
    assert_eq!(told(&mut nobody, 1), expected(&[("Insert", "a")]));
}

#[test]
fn a_column_that_is_added_is_in_the_next_event() {
    let server = start();
    let mut events = subscribe(&server, "others");
    let file = server.data().join("migrations/main/U2__add.sql");
    std::fs::write(file, "ALTER TABLE other ADD COLUMN more INTEGER DEFAULT 7;").expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
    let request = server
        .request("POST", "/api/records/v1/others")
        .json(&json!({"text": "a"}));
    request.send().expect_status(200);
    assert_eq!(events.expect_json()["Insert"], json!({"id": 1, "text": "a", "more": 7}));
}
