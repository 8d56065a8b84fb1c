//! `POST login_mfa`: the second factor.

use super::totp::{code, with_second_factor};
use crate::accounts::{ALICE, PASSWORD, Tokens, claims, post};
use guesthouse_tests::Server;
use serde_json::json;

/// What the server gives for the first factor.
fn first_factor(server: &Server) -> String {
    let answer = post(server, "login", json!({"email": ALICE, "password": PASSWORD}));
    answer.expect_status(403);
    let json = answer.json();
    assert_eq!(json.as_object().map(serde_json::Map::len), Some(1), "{json}");
    json["mfa_token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_second_factor_without_the_first_is_refused() {
    let (server, secret) = with_second_factor();
    let second = |token: &str| {
        post(
            &server,
            "login_mfa",
            json!({"mfa_token": token, "totp": code(&secret, 0)}),
        )
    };
    second("nonsense").expect(401, "");
    let admin = Tokens::of(&post(
        &server,
        "login",
        json!({"email": "admin@localhost", "password": PASSWORD}),
    ));
    second(&admin.auth).expect(401, "");
    second(&admin.refresh).expect(401, "");
}

#[test]
fn a_wrong_code_is_refused_and_after_three_every_code() {
    let (server, secret) = with_second_factor();
    let token = first_factor(&server);
    let wrong = if code(&secret, 0) == "000000" {
        "000001"
    } else {
        "000000"
    };
    post(&server, "login_mfa", json!({"mfa_token": token})).expect_status(400);
    for totp in [wrong, "", "12345"] {
        post(&server, "login_mfa", json!({"mfa_token": token, "totp": totp})).expect(401, "");
    }
    post(
        &server,
        "login_mfa",
        json!({"mfa_token": token, "totp": code(&secret, 0)}),
    )
    .expect(429, "");
}

#[test]
fn a_code_is_good_once() {
    let (server, secret) = with_second_factor();
    let (token, other) = (first_factor(&server), first_factor(&server));
    let totp = code(&secret, 0);
    Tokens::of(&post(&server, "login_mfa", json!({"mfa_token": token, "totp": totp})));
    post(&server, "login_mfa", json!({"mfa_token": other, "totp": totp})).expect(401, "");
    post(
        &server,
        "login_mfa",
        json!({"mfa_token": token, "totp": code(&secret, 1)}),
    )
    .expect(401, "");
}

#[test]
fn both_factors_open_a_session() {
    let (server, secret) = with_second_factor();
    let body = json!({"mfa_token": first_factor(&server), "totp": code(&secret, 0)});
    let tokens = Tokens::of(&post(&server, "login_mfa", body));
    assert_eq!(claims(&tokens.auth)["mfa"], true);
    let renewed = post(&server, "refresh", json!({"refresh_token": tokens.refresh}));
    assert_eq!(
        claims(renewed.json()["auth_token"].as_str().expect("a token"))["mfa"],
        true
    );
}

#[test]
fn a_form_is_sent_on_to_where_the_code_is_asked_for() {
    let (server, secret) = with_second_factor();
    let form = |path: &str, body: &str| {
        let request = server
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send()
    };
    let answer = form(
        "/api/auth/v1/login?mfa_redirect_uri=/second",
        &format!("email={ALICE}&password={PASSWORD}"),
    );
    answer.expect(303, "");
    assert_eq!(answer.header("set-cookie"), None);
    let token = answer
        .header("location")
        .and_then(|place| place.strip_prefix("/second?mfa_token="))
        .expect("a token");
    let answer = form(
        "/api/auth/v1/login_mfa?redirect_uri=/home",
        &format!("mfa_token={token}&totp={}", code(&secret, 0)),
    );
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/home"));
    assert!(answer.header("set-cookie").is_some());
}
