//! What other components are told of who is calling, by the identity service.

use crate::accounts::{self, ALICE, Tokens, claims, post, sign_in};
use guesthouse_tests::{Answer, Server, wait};
use serde_json::json;
use std::time::{Duration, Instant};

/// An answer may be kept for a second; the machine may be busy.
const SOON: Duration = Duration::from_secs(10);
const NOT_LATER_THAN: Duration = Duration::from_secs(3);

fn house() -> Server {
    let server = accounts::start();
    server.deploy("whoami");
    server
}

fn who(server: &Server, field: &str, value: &str) -> Answer {
    server.request("GET", "/whoami/all").header(field, value).send()
}

/// Waits until this caller is anonymous, which has to be soon.
#[track_caller]
fn expect_forgotten(server: &Server, caller: &Tokens) {
    let ended = Instant::now();
    wait::until("the caller to be forgotten", SOON, || {
        (who(server, "authorization", &caller.bearer()).text() == "anonymous").then_some(())
    });
    assert!(ended.elapsed() < NOT_LATER_THAN, "it took {:?}", ended.elapsed());
}

#[test]
fn credentials_that_prove_nothing_are_anonymous() {
    let server = house();
    let alice = sign_in(&server, ALICE);
    server.get("/whoami/all").expect(200, "anonymous");
    let (head, _) = alice.auth.rsplit_once('.').expect("three parts");
    for value in [
        "Bearer nonsense",
        "Basic YTpi",
        "Bearer ",
        &format!("Bearer {head}.AAAA"),
        &format!("Bearer {}", alice.refresh),
    ] {
        who(&server, "authorization", value).expect(200, "anonymous");
    }
    who(&server, "cookie", "auth_token=nonsense; refresh_token=nonsense").expect(200, "anonymous");
    who(&server, "refresh-token", &alice.refresh).expect(200, "anonymous");
    let request = server
        .request("GET", "/whoami/all")
        .header("authorization", "Bearer nonsense");
    request
        .header("cookie", &alice.cookies())
        .send()
        .expect(200, "anonymous");
}

#[test]
fn a_token_says_who_is_calling() {
    let server = house();
    let alice = sign_in(&server, ALICE);
    let known = who(&server, "authorization", &alice.bearer()).expect_status(200).text();
    for part in [
        "[] Proof::Explicit",
        &format!("Some({:?})", alice.csrf),
        ALICE,
        "\"alice\"",
    ] {
        assert!(known.contains(part), "expected {part} in {known}");
    }
    assert!(known.contains(&claims(&alice.auth)["exp"].to_string()), "{known}");
    let admin = sign_in(&server, "admin@localhost");
    let known = who(&server, "authorization", &admin.bearer()).text();
    assert!(known.contains("[\"admin\"] Proof::Explicit"), "{known}");
}

#[test]
fn a_cookie_is_an_ambient_proof() {
    let server = house();
    let alice = sign_in(&server, ALICE);
    let answer = who(&server, "cookie", &alice.cookies());
    assert!(
        answer.text().contains("Ambient") && answer.text().contains(&alice.csrf),
        "{}",
        answer.text()
    );
    assert_eq!(answer.header("set-cookie"), None);
}

#[test]
fn a_browser_that_forgot_its_auth_token_is_given_a_new_one() {
    let server = house();
    let alice = sign_in(&server, ALICE);
    let cookie = format!("refresh_token={}", alice.refresh);
    let answer = who(&server, "cookie", &cookie);
    assert!(answer.text().contains("Ambient"), "{}", answer.text());
    let renewed = answer.header("set-cookie").expect("a cookie");
    let token = renewed
        .strip_prefix("auth_token=")
        .and_then(|rest| rest.split(';').next())
        .expect("a token");
    assert!(
        answer
            .text()
            .contains(claims(token)["csrf_token"].as_str().expect("text")),
        "{}",
        answer.text()
    );
    let again = who(&server, "cookie", &cookie);
    assert_ne!(
        again.header("set-cookie"),
        Some(renewed),
        "no answer of this kind is kept"
    );
    assert!(
        who(&server, "authorization", &format!("Bearer {token}"))
            .text()
            .contains(ALICE)
    );
}

#[test]
fn a_session_that_has_ended_is_refused_within_a_second() {
    let server = house();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    assert!(who(&server, "authorization", &alice.bearer()).text().contains(ALICE));
    post(&server, "logout", json!({"refresh_token": alice.refresh})).expect(200, "");
    expect_forgotten(&server, &alice);
    assert!(who(&server, "authorization", &other.bearer()).text().contains(ALICE));
}

#[test]
fn a_deleted_account_and_one_with_a_new_password_are_refused_within_a_second() {
    let server = house();
    let (alice, admin) = (sign_in(&server, ALICE), sign_in(&server, "admin@localhost"));
    for caller in [&alice, &admin] {
        assert_ne!(who(&server, "authorization", &caller.bearer()).text(), "anonymous");
    }
    server
        .cli_with_input(&["user", "change-password", "alice"], "correct horse\n")
        .expect_success();
    expect_forgotten(&server, &alice);
    server.cli(&["user", "delete", "admin@localhost"]).expect_success();
    expect_forgotten(&server, &admin);
}

#[test]
fn an_administrator_is_one_for_as_long_as_the_table_says_so() {
    let server = house();
    let alice = sign_in(&server, ALICE);
    let is_admin = || {
        who(&server, "authorization", &alice.bearer())
            .text()
            .contains("[\"admin\"]")
    };
    assert!(!is_admin());
    for (command, expected) in [("promote", true), ("demote", false)] {
        server.cli(&["user", command, "alice"]).expect_success();
        let changed = Instant::now();
        wait::until("the role to change", SOON, || (is_admin() == expected).then_some(()));
        assert!(changed.elapsed() < NOT_LATER_THAN, "it took {:?}", changed.elapsed());
    }
}

#[test]
fn more_credentials_than_anybody_has_are_refused() {
    let server = house();
    who(&server, "cookie", &"x".repeat(20_000)).expect(500, "TooLarge");
}

#[test]
fn those_whose_session_ended_are_told_among_many() {
    let server = house();
    let (first, second) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    let holder = |tokens: &Tokens| {
        let answer = server
            .request("GET", "/whoami/holder")
            .header("authorization", &tokens.bearer());
        answer.send().expect_status(200).text()
    };
    let (first_holder, second_holder) = (holder(&first), holder(&second));
    let asked = format!("/whoami/revoked?holder={first_holder}&holder={second_holder}&holder=00");
    server.get(&asked).expect(200, "[2]");
    post(&server, "logout", json!({ "refresh_token": first.refresh })).expect_status(200);
    server.get(&asked).expect(200, "[0, 2]");
    let most = format!("/whoami/revoked?{}", format!("holder={second_holder}&").repeat(500));
    server.get(most.trim_end_matches('&')).expect(200, "[]");
    let more = format!("{most}holder={second_holder}");
    server.get(&more).expect(503, "Error::TooMany");
}
