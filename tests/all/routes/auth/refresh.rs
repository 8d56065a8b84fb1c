//! `POST refresh`.

use crate::accounts::{self, ALICE, is_signed_in, post, sign_in};
use serde_json::json;

#[test]
fn what_is_no_refresh_token_gives_nothing() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    for token in [
        "",
        "nonsense",
        &tokens.auth,
        &tokens.refresh.to_lowercase(),
        &tokens.refresh[1..],
    ] {
        post(&server, "refresh", json!({"refresh_token": token})).expect(401, "");
    }
}

#[test]
fn a_body_that_is_not_the_json_expected_is_refused() {
    let server = accounts::start();
    let send = |content_type: Option<&str>, body: &str| {
        let request = server.request("POST", "/api/auth/v1/refresh").body(body);
        match content_type {
            Some(content_type) => request.header("content-type", content_type).send().status,
            None => request.send().status,
        }
    };
    assert_eq!(send(None, "{}"), 415);
    assert_eq!(send(Some("application/x-www-form-urlencoded"), "refresh_token=a"), 415);
    assert_eq!(send(Some("application/json"), "{"), 400);
    assert_eq!(send(Some("application/json"), "{}"), 422);
    assert_eq!(
        send(Some("application/json; charset=utf-8"), "{\"refresh_token\": 1}"),
        422
    );
}

#[test]
fn a_refresh_token_gives_one_auth_token_after_another() {
    let mut server = accounts::start();
    let mut tokens = sign_in(&server, ALICE);
    let mut refresh = |server: &guesthouse_tests::Server| {
        let answer = post(server, "refresh", json!({"refresh_token": tokens.refresh}));
        answer.expect_status(200);
        let json = answer.json();
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(2));
        let auth = json["auth_token"].as_str().expect("a token").to_owned();
        assert_ne!(auth, tokens.auth);
        assert_eq!(accounts::claims(&auth)["csrf_token"], json["csrf_token"]);
        tokens.auth = auth;
        assert!(is_signed_in(server, &tokens));
    };
    refresh(&server);
    refresh(&server);
    server.restart();
    refresh(&server);
}
