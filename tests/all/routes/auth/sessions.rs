//! `sessions`: where somebody is signed in, and signing out there.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, is_signed_in, post, sign_in};
use guesthouse_tests::{Answer, Server, wait};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SESSIONS: &str = "/api/auth/v1/sessions";

fn list(server: &Server, caller: &Tokens) -> Vec<Value> {
    let request = server.request("GET", SESSIONS);
    let answer = request.header("authorization", &caller.bearer()).send();
    answer.expect_status(200);
    answer.json()["sessions"].as_array().expect("a list").clone()
}

/// The id of the session that somebody calls from.
fn own_id(server: &Server, caller: &Tokens) -> String {
    let sessions = list(server, caller);
    let mut own = sessions.iter().filter(|session| session["current"] == true);
    let id = own.next().expect("the current one")["id"]
        .as_str()
        .expect("text")
        .to_owned();
    assert!(own.next().is_none(), "only one is current");
    id
}

fn delete(server: &Server, caller: &Tokens, path: &str) -> Answer {
    let request = server.request("DELETE", &format!("{SESSIONS}{path}"));
    request.header("authorization", &caller.bearer()).send()
}

#[test]
fn sessions_of_others_are_neither_seen_nor_ended() {
    let server = accounts::start();
    let (alice, admin) = (sign_in(&server, ALICE), sign_in(&server, "admin@localhost"));
    assert_eq!(list(&server, &alice).len(), 1);
    let id = own_id(&server, &admin);
    delete(&server, &alice, &format!("/{id}")).expect(404, "");
    delete(&server, &alice, "/no-id!").expect(400, "the id is not that of a session");
    delete(&server, &alice, "").expect(200, "signed out everywhere else");
    assert!(is_signed_in(&server, &admin) && is_signed_in(&server, &alice));
}

#[test]
fn a_browser_has_to_repeat_the_request_token() {
    let server = accounts::start();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    let id = own_id(&server, &other);
    let ask = |method: &str, path: &str, token: Option<&str>| {
        let request = server.request(method, &format!("{SESSIONS}{path}"));
        let request = request.header("cookie", &alice.cookies());
        match token {
            Some(token) => request.header("csrf-token", token).send(),
            None => request.send(),
        }
    };
    let revoke = format!("/{id}/revoke");
    for (method, path) in [
        ("DELETE", ""),
        ("DELETE", &*format!("/{id}")),
        ("POST", "/revoke"),
        ("POST", &*revoke),
    ] {
        ask(method, path, None).expect_status(400);
        ask(method, path, Some(&other.csrf)).expect_status(400);
    }
    assert!(is_signed_in(&server, &other));
    ask("POST", &revoke, Some(&alice.csrf)).expect(200, "signed out there");
    assert!(!is_signed_in(&server, &other) && is_signed_in(&server, &alice));
}

#[test]
fn a_session_says_what_helps_to_recognise_it() {
    let server = accounts::start();
    let request = server.request("POST", "/api/auth/v1/login");
    let request = request.header("user-agent", &format!("Browser/1 {}", "x".repeat(1000)));
    let answer = request.json(&json!({"email": ALICE, "password": PASSWORD})).send();
    let alice = Tokens::of(&answer);
    let other = sign_in(&server, ALICE);
    let sessions = list(&server, &alice);
    assert_eq!(sessions.len(), 2);
    let own = sessions.iter().find(|session| session["current"] == true).expect("it");
    let agent = own["user_agent"].as_str().expect("text");
    assert!(agent.starts_with("Browser/1 ") && agent.len() == 256, "{agent}");
    let (created, expires) = (
        own["created"].as_i64().expect("a time"),
        own["expires"].as_i64().expect("a time"),
    );
    assert_eq!((expires - created, &own["mfa"]), (2_592_000, &json!(false)));
    assert_ne!(own_id(&server, &other), own_id(&server, &alice));
}

#[test]
fn the_others_end_and_this_one_stays() {
    let server = accounts::start();
    let (alice, other, third) = (
        sign_in(&server, ALICE),
        sign_in(&server, ALICE),
        sign_in(&server, ALICE),
    );
    delete(&server, &alice, "").expect(200, "signed out everywhere else");
    assert!(!is_signed_in(&server, &other) && !is_signed_in(&server, &third));
    assert!(is_signed_in(&server, &alice));
    post(&server, "refresh", json!({"refresh_token": other.refresh})).expect(401, "");
}

#[test]
fn who_ends_their_own_session_is_signed_out() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let id = own_id(&server, &alice);
    let request = server.request("POST", &format!("{SESSIONS}/{id}/revoke"));
    let request = request.header("cookie", &alice.cookies());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let form = format!("csrf_token={}&redirect_uri=/bye", alice.csrf);
    let answer = request.body(form).send();
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/bye?alert=signed%20out"));
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    assert!(!is_signed_in(&server, &alice));
}

#[test]
fn a_revoked_session_is_refused_within_a_second() {
    let server = accounts::start();
    server.deploy("whoami");
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    let who = || {
        let request = server.request("GET", "/whoami/all");
        request.header("authorization", &other.bearer()).send().text()
    };
    assert!(who().contains(ALICE));
    delete(&server, &alice, &format!("/{}", own_id(&server, &other))).expect_status(200);
    let ended = Instant::now();
    wait::until("the caller to be forgotten", Duration::from_secs(10), || {
        (who() == "anonymous").then_some(())
    });
    // A second, and what the machine may take on top of it.
    assert!(
        ended.elapsed() < Duration::from_secs(3),
        "it took {:?}",
        ended.elapsed()
    );
}
