//! `error_redirect_uri`: errors of forms, said on a page.

use crate::accounts::{self, ALICE, PASSWORD};
use guesthouse_tests::{Answer, Server};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

fn login(server: &Server, query: &str, body: &str) -> Answer {
    let request = server.request("POST", &format!("/api/auth/v1/login{query}"));
    request.header("content-type", FORM).body(body).send()
}

#[test]
fn errors_go_nowhere_but_to_where_redirects_may() {
    let server = accounts::start();
    for place in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil",
        "/%2f%2fevil",
        "javascript:alert(1)",
    ] {
        let query = format!("?error_redirect_uri={}", place.replace('%', "%25"));
        login(&server, &query, "email_or_username=alice&password=wrong").expect(400, "invalid redirect");
        // Nothing is done either.
        let answer = login(&server, &query, &format!("email_or_username=alice&password={PASSWORD}"));
        answer.expect(400, "invalid redirect");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn json_is_answered_with_a_status() {
    let server = accounts::start();
    let request = server.request("POST", "/api/auth/v1/login?error_redirect_uri=/oops");
    let answer = request.json(&json!({"email": ALICE, "password": "wrong"})).send();
    answer.expect(401, "");
    login(&server, "", "email_or_username=alice&password=wrong").expect(401, "");
    login(
        &server,
        "?error_redirect_uri=",
        "email_or_username=alice&password=wrong",
    )
    .expect(401, "");
}

#[test]
fn a_form_is_sent_back_with_what_was_entered_but_never_with_a_password() {
    let server = accounts::start();
    let answer = login(
        &server,
        "?error_redirect_uri=/page%3Fa%3Db%23here",
        "email_or_username=al%26ice&password=wrong",
    );
    answer.expect(303, "");
    let location = answer.header("location").expect("a place");
    let (place, alert) = location.split_once("&alert=").expect("an alert");
    assert_eq!(place, "/page?a=b&email_or_username=al%26ice");
    assert_eq!(
        alert,
        "That%20name%20and%20password%20do%20not%20belong%20together.#here"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(!location.contains("wrong"));
}

#[test]
fn what_is_far_too_long_is_not_sent_back() {
    let server = accounts::start();
    let body = format!("email_or_username={}&password=wrong", "a".repeat(10_000));
    let answer = login(&server, "?error_redirect_uri=/page", &body);
    let location = answer.header("location").expect("a place");
    assert!(location.starts_with("/page?alert="), "{location}");
}

#[test]
fn known_and_unknown_accounts_are_told_the_same() {
    let server = accounts::start();
    let told = |name: &str| {
        let body = format!("email_or_username={name}&password=wrong");
        let answer = login(&server, "?error_redirect_uri=/page", &body);
        let location = answer.header("location").expect("a place").to_owned();
        location.split_once("alert=").expect("an alert").1.to_owned()
    };
    assert_eq!(told("alice"), told("nobody"));
    assert_eq!(told("alice"), told("new"));
}
