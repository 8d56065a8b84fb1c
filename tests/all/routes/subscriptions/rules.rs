//! Rules: the same as those of lists, for each event and each caller.

use super::{create, delete, expect_denied, expected, path, prepare, start, subscribe, told, update};
use guesthouse_tests::Server;
use guesthouse_tests::callers::Key;
use guesthouse_tests::events::Events;
use serde_json::json;

const ALICE: &[u8] = b"alice-----------";
const BOB: &[u8] = b"bob-------------";
const ALICE_TEXT: &str = "YWxpY2UtLS0tLS0tLS0tLQ==";
const BOB_TEXT: &str = "Ym9iLS0tLS0tLS0tLS0tLQ==";

fn start_with_callers() -> Server {
    let server = prepare().start();
    server.deploy_api_keys(&[Key::new("a1", ALICE), Key::new("b1", BOB)]);
    server
}

fn subscribe_as(server: &Server, token: &str, api: &str, id: &str) -> Events {
    server.events_with(&path(api, id), &[("authorization", &format!("Bearer {token}"))])
}

#[test]
fn everybody_hears_what_they_may_read() {
    let server = start_with_callers();
    let mut alice = subscribe_as(&server, "a1", "own", "*");
    let mut alice_again = subscribe_as(&server, "a1", "own", "*");
    let mut bob = subscribe_as(&server, "b1", "own", "*");
    let mut nobody = subscribe(&server, "own");
    let mut all = subscribe(&server, "all");
    let of_alice = create(&server, json!({"text": "alice's", "owner": ALICE_TEXT}));
    create(&server, json!({"text": "bob's", "owner": BOB_TEXT}));
    create(&server, json!({"text": "nobody's"}));
    update(&server, &of_alice, json!({"text": "given away", "owner": BOB_TEXT}));
    update(&server, &of_alice, json!({"text": "given back", "owner": ALICE_TEXT}));
    delete(&server, &of_alice);
    for events in [&mut alice, &mut alice_again] {
        assert_eq!(
            told(events, 3),
            expected(&[
                ("Insert", "alice's"),
                ("Update", "given back"),
                ("Delete", "given back")
            ])
        );
    }
    assert_eq!(
        told(&mut bob, 2),
        expected(&[("Insert", "bob's"), ("Update", "given away")])
    );
    assert_eq!(told(&mut all, 6).len(), 6);
    // What nobody in particular hears of it is nothing: a NULL is not equal to a NULL.
    server.cli(&["api", "set", "own", "--world", ""]).expect_success();
    expect_denied(&mut nobody);
}

#[test]
fn a_record_that_is_given_away_is_lost_to_its_owner_alone() {
    let server = start_with_callers();
    let id = create(&server, json!({"text": "a", "owner": ALICE_TEXT}));
    let mut alice = subscribe_as(&server, "a1", "own", &id);
    let mut all = server.events(&path("all", &id));
    update(&server, &id, json!({"text": "b", "owner": BOB_TEXT}));
    expect_denied(&mut alice);
    assert_eq!(told(&mut all, 1), expected(&[("Update", "b")]));
    let refused = server.get_as("a1", &path("own", &id));
    refused.expect(403, "");
    let mut bob = subscribe_as(&server, "b1", "own", &id);
    delete(&server, &id);
    assert_eq!(told(&mut bob, 1), expected(&[("Delete", "b")]));
}

#[test]
fn a_rule_may_look_into_other_tables_and_at_what_is_not_shown() {
    let server = start();
    let mut of_rooms = subscribe(&server, "of_rooms");
    let mut not_hidden = subscribe(&server, "not_hidden");
    for (text, room, hidden, internal) in [
        ("a", Some(1), None, None),
        ("b", None, Some("h"), None),
        ("c", None, None, Some("x")),
        ("d", None, None, Some("y")),
        ("e", Some(1), Some("h"), Some("y")),
    ] {
        create(
            &server,
            json!({"text": text, "room": room, "_hidden": hidden, "internal": internal}),
        );
    }
    assert_eq!(told(&mut of_rooms, 2), expected(&[("Insert", "a"), ("Insert", "e")]));
    assert_eq!(told(&mut not_hidden, 2), expected(&[("Insert", "a"), ("Insert", "d")]));
}

#[test]
fn a_rule_about_what_no_change_tells_lets_nobody_listen() {
    let server = start();
    create(&server, json!({"text": "a"}));
    for id in ["*", "1"] {
        server.get(&path("computed", id)).expect(403, "");
    }
    server.expect_log(
        "the read_access_rule of the record API computed denies all, for it fails: no such column: _ROW_.loud",
    );
    server.get("/api/records/v1/computed/1").expect_status(200);
}
