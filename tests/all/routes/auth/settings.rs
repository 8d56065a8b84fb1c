//! `_auth_setting`: what an operator may set.

use crate::accounts::{self, ALICE, Tokens, claims, post, sign_in};
use serde_json::json;

#[test]
fn a_setting_that_does_not_exist_or_does_not_fit_is_refused_by_name() {
    for (name, value, said) in [
        ("password_minimum", "8", "there is no such setting"),
        ("auth_token_ttl_sec", "1", "auth_token_ttl_sec: seconds"),
        ("auth_token_ttl_sec", "'3600'", "auth_token_ttl_sec: seconds"),
        ("refresh_token_ttl_sec", "0", "refresh_token_ttl_sec: seconds"),
        (
            "enable_anonymous_signin",
            "'yes'",
            "a setting that is on or off is 1 or 0",
        ),
        ("password_minimal_length", "0", "password_minimal_length: from 1 to 128"),
        ("user_identifier", "'only_email'", "user_identifier: ONLY_EMAIL"),
        (
            "application_name",
            "'Two' || char(10) || 'lines'",
            "application_name: from 1 to 100",
        ),
        ("custom_uri_schemes", "1", "a list is text"),
    ] {
        let log = accounts::prepare_with(name, value).start_and_fail();
        assert!(
            log.contains(said) && log.contains("U2__setting"),
            "{name} = {value}: {log}"
        );
    }
}

#[test]
fn tokens_last_for_as_long_as_is_set() {
    let server = accounts::prepare_with("auth_token_ttl_sec", "120").start();
    let said = claims(&sign_in(&server, ALICE).auth);
    assert_eq!(said["exp"].as_i64(), said["iat"].as_i64().map(|made| made + 120));
}

#[test]
fn places_of_apps_can_be_allowed() {
    let settings = "INSERT INTO _auth_setting VALUES ('custom_uri_schemes', 'my-app, javascript'),
        ('redirect_uri_allowlist', 'https://other.example/back');";
    let server = accounts::prepare().migration("U2__setting.sql", settings).start();
    let sent_to = |place: &str| {
        let request = server
            .request("POST", "/api/auth/v1/login")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request
            .body(format!("email={ALICE}&password=secret&redirect_uri={place}"))
            .send();
        (answer.status, answer.header("location").map(str::to_owned))
    };
    for place in ["my-app://callback", "https://other.example/back"] {
        assert_eq!(sent_to(place), (303, Some(place.into())));
    }
    for place in [
        "javascript:alert(1)",
        "https://other.example/back2",
        "your-app://callback",
    ] {
        assert_eq!(sent_to(place), (400, None), "{place}");
    }
}

#[test]
fn the_oldest_session_ends_where_there_are_too_many() {
    let server = accounts::start();
    let first = sign_in(&server, ALICE);
    let others: Vec<Tokens> = (0..100).map(|_| sign_in(&server, ALICE)).collect();
    let refresh = |tokens: &Tokens| post(&server, "refresh", json!({"refresh_token": tokens.refresh})).status;
    // Sessions of the same second are equally old, so one of these has ended, and only one.
    let ended = std::iter::once(&first)
        .chain(&others)
        .filter(|tokens| refresh(tokens) == 401)
        .count();
    assert_eq!(ended, 1);
    assert_eq!(refresh(others.last().expect("a session")), 200);
}
