//! `POST token`, and the authorization code that it takes.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, is_signed_in, post};
use guesthouse_tests::Server;
use serde_json::json;

/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What an app has that sent somebody to sign in: its verifier, and the code that came back.
pub fn code(server: &Server) -> (&'static str, String) {
    let path =
        format!("/api/auth/v1/login?response_type=code&pkce_code_challenge={CHALLENGE}&redirect_uri=/back%3Fa%3Db");
    let request = server
        .request("POST", &path)
        .json(&json!({"email": ALICE, "password": PASSWORD}));
    let answer = request.send();
    answer.expect(303, "");
    assert_eq!(answer.header("set-cookie"), None);
    let location = answer.header("location").expect("a place");
    let code = location.strip_prefix("/back?a=b&code=").expect("a code");
    assert!(
        code.len() == 48 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{code}"
    );
    (VERIFIER, code.to_owned())
}

fn exchange(server: &Server, code: &str, verifier: &str) -> guesthouse_tests::Answer {
    post(
        server,
        "token",
        json!({"authorization_code": code, "pkce_code_verifier": verifier}),
    )
}

#[test]
fn a_code_that_was_not_given_out_gives_nothing() {
    let server = accounts::start();
    exchange(&server, "short", VERIFIER).expect_status(400);
    exchange(&server, &"a".repeat(48), VERIFIER).expect(404, "");
    post(&server, "token", json!({"authorization_code": "a"})).expect_status(422);
}

#[test]
fn a_code_without_its_verifier_gives_nothing_and_is_gone() {
    let server = accounts::start();
    let (verifier, code) = code(&server);
    exchange(&server, &code, "guessed").expect(404, "");
    exchange(&server, &code, verifier).expect(404, "");
}

#[test]
fn a_code_is_good_once() {
    let server = accounts::start();
    let (verifier, code) = code(&server);
    let tokens = Tokens::of(&exchange(&server, &code, verifier));
    assert!(is_signed_in(&server, &tokens));
    exchange(&server, &code, verifier).expect(404, "");
}
