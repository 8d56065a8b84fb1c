//! `GET status`.

use crate::accounts::{self, ALICE, Tokens, post, sign_in};
use guesthouse_tests::{Answer, Server};
use serde_json::json;

fn status(server: &Server, headers: &[(&str, &str)]) -> Answer {
    let request = server.request("GET", "/api/auth/v1/status");
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(name, value))
        .send()
}

#[test]
fn whoever_is_not_signed_in_has_no_tokens() {
    let server = accounts::start();
    let nothing = json!({"auth_token": null, "refresh_token": null, "csrf_token": null});
    for headers in [
        &[][..],
        &[("authorization", "Bearer nonsense")],
        &[("authorization", "Basic YTpi")],
        &[("cookie", "auth_token=nonsense; other=1")],
    ] {
        status(&server, headers).expect_json(200, nothing.clone());
    }
}

#[test]
fn a_session_that_has_ended_is_refused() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    post(&server, "logout", json!({"refresh_token": tokens.refresh})).expect(200, "");
    status(&server, &[("cookie", &tokens.cookies())]).expect(401, "");
    status(
        &server,
        &[("authorization", &tokens.bearer()), ("refresh-token", &tokens.refresh)],
    )
    .expect(401, "");
}

#[test]
fn an_auth_token_alone_is_said_back() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    let expected = json!({"auth_token": tokens.auth, "refresh_token": null, "csrf_token": tokens.csrf});
    status(&server, &[("authorization", &tokens.bearer())]).expect_json(200, expected.clone());
    status(&server, &[("cookie", &format!("auth_token={}", tokens.auth))]).expect_json(200, expected);
}

#[test]
fn a_refresh_token_is_answered_with_a_new_auth_token() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    let explicit = status(
        &server,
        &[("authorization", &tokens.bearer()), ("refresh-token", &tokens.refresh)],
    );
    assert_eq!(explicit.header("set-cookie"), None);
    let by_cookie = status(&server, &[("cookie", &format!("refresh_token={}", tokens.refresh))]);
    for answer in [&explicit, &by_cookie] {
        let new = Tokens::of(answer);
        assert_ne!(new.auth, tokens.auth);
        assert_eq!(new.refresh, tokens.refresh);
    }
    let cookie = by_cookie.header("set-cookie").expect("the cookie is renewed");
    assert!(
        cookie.starts_with(&format!("auth_token={};", Tokens::of(&by_cookie).auth)),
        "{cookie}"
    );
}
