//! A stream ends with the session that it was opened in.

use super::{TABLES, create, expect_denied, expected, path, prepare, told};
use crate::accounts::{self, ALICE, Tokens};
use guesthouse_tests::Server;
use guesthouse_tests::callers::Key;
use guesthouse_tests::events::Events;
use serde_json::json;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A second is promised, and a busy machine that runs tests is slower.
const SOON: Duration = Duration::from_secs(3);

fn start() -> Server {
    accounts::prepare().migration("U2__notes.sql", TABLES).start()
}

fn listen(server: &Server, caller: &Tokens, id: &str) -> Events {
    server.events_with(&path("known", id), &[("authorization", &caller.bearer())])
}

#[test]
fn who_signs_out_hears_nothing_more_and_who_is_still_signed_in_does() {
    let server = start();
    let (first, second) = (accounts::sign_in(&server, ALICE), accounts::sign_in(&server, ALICE));
    create(&server, json!({"text": "a"}));
    let mut ended = ["*", "1", "*"].map(|id| listen(&server, &first, id));
    let mut other = listen(&server, &second, "*");
    let signed_out = Instant::now();
    let refresh = json!({"refresh_token": first.refresh});
    accounts::post(&server, "logout", refresh).expect_status(200);
    for events in &mut ended {
        expect_denied(events);
    }
    assert!(signed_out.elapsed() < SOON, "{:?}", signed_out.elapsed());
    create(&server, json!({"text": "b"}));
    assert_eq!(told(&mut other, 1), expected(&[("Insert", "b")]));
}

#[test]
fn an_account_that_is_deleted_has_no_streams() {
    let server = start();
    let alice = accounts::sign_in(&server, ALICE);
    let mut events = listen(&server, &alice, "*");
    server.cli(&["user", "delete", ALICE]).expect_success();
    expect_denied(&mut events);
}

#[test]
fn where_nobody_tells_of_sessions_a_stream_ends_when_its_proof_expires() {
    let server = prepare().start();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is later")
        .as_secs();
    let soon = i64::try_from(now).expect("a time") + 2;
    let short = Key {
        expires: Some(soon),
        ..Key::new("short", b"alice-----------")
    };
    server.deploy_api_keys(&[short, Key::new("long", b"bob-------------")]);
    let mut ended = server.events_with(&path("known", "*"), &[("authorization", "Bearer short")]);
    let mut other = server.events_with(&path("known", "*"), &[("authorization", "Bearer long")]);
    expect_denied(&mut ended);
    create(&server, json!({"text": "a"}));
    assert_eq!(told(&mut other, 1), expected(&[("Insert", "a")]));
}
