//! `totp/register`, `totp/confirm`, `totp/unregister`.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, post, post_as, sign_in};
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Secret};

/// The code that an app shows, so many half minutes from now.
pub fn code(secret: &str, half_minutes: u64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    Builder::new()
        .with_secret(secret)
        .build()
        .expect("a secret of full length")
        .generate(now + 30 * half_minutes)
        .to_string()
}

/// A server where Alice has a second factor, and its secret.
pub fn with_second_factor() -> (Server, String) {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let secret = turn_on(&server, &alice);
    (server, secret)
}

/// Gives somebody a second factor, and its secret.
pub fn turn_on(server: &Server, caller: &Tokens) -> String {
    let url = register(server, caller, "")["totp_url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let secret = secret_of(&url);
    confirm(server, caller, &url, &code(&secret, 0)).expect(200, "second factor confirmed");
    secret
}

fn register(server: &Server, caller: &Tokens, query: &str) -> Value {
    let request = server.request("GET", &format!("/api/auth/v1/totp/register{query}"));
    let answer = request.header("authorization", &caller.bearer()).send();
    answer.expect_status(200);
    answer.json()
}

fn confirm(server: &Server, caller: &Tokens, url: &str, totp: &str) -> Answer {
    post_as(server, caller, "totp/confirm", json!({"totp_url": url, "totp": totp}))
}

fn secret_of(url: &str) -> String {
    let (_, rest) = url.split_once("secret=").expect("a secret");
    rest.split('&').next().expect("a secret").to_owned()
}

#[test]
fn whoever_is_not_signed_in_has_nothing_to_do_here() {
    let server = accounts::start();
    server.get("/api/auth/v1/totp/register").expect(401, "");
    post(&server, "totp/confirm", json!({"totp_url": "a", "totp": "b"})).expect(401, "");
    post(&server, "totp/unregister", json!({"totp": "b"})).expect(401, "");
}

#[test]
fn a_wrong_code_turns_nothing_on() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let url = register(&server, &alice, "")["totp_url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    confirm(&server, &alice, &url, "").expect(400, "the code is wrong");
    confirm(&server, &alice, "otpauth://totp/a", "123456").expect(400, "totp_url holds no secret");
    sign_in(&server, ALICE);
}

#[test]
fn a_second_factor_cannot_be_put_in_the_place_of_another() {
    let (server, secret) = with_second_factor();
    let first = post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).json();
    let body = json!({"mfa_token": first["mfa_token"], "totp": code(&secret, 0)});
    let alice = Tokens::of(&post(&server, "login_mfa", body));
    let url = register(&server, &alice, "")["totp_url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let answer = confirm(&server, &alice, &url, &code(&secret_of(&url), 0));
    answer.expect(400, "there is a second factor already: unregister it first");
}

#[test]
fn a_second_factor_goes_only_with_its_own_code() {
    let (server, secret) = with_second_factor();
    let first = post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).json();
    let body = json!({"mfa_token": first["mfa_token"], "totp": code(&secret, 0)});
    let alice = Tokens::of(&post(&server, "login_mfa", body));
    post_as(&server, &alice, "totp/unregister", json!({"totp": "000"})).expect(401, "");
    post_as(&server, &alice, "totp/unregister", json!({"totp": code(&secret, 1)})).expect(200, "second factor removed");
    sign_in(&server, ALICE);
    post_as(&server, &alice, "totp/unregister", json!({"totp": code(&secret, 1)}))
        .expect(400, "there is no second factor");
}

#[test]
fn a_picture_is_made_for_whoever_wants_one() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let json = register(&server, &alice, "");
    assert_eq!(json["png"], Value::Null);
    let url = json["totp_url"].as_str().expect("a URL");
    assert!(
        url.starts_with("otpauth://totp/Guesthouse:alice%40example%2Eorg?secret="),
        "{url}"
    );
    // The first bytes of every PNG, in base64.
    let json = register(&server, &alice, "?png=true");
    assert!(
        json["png"].as_str().is_some_and(|png| png.starts_with("iVBORw0KGgo")),
        "{json}"
    );
}
