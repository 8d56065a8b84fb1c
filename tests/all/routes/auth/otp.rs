//! `POST otp/request` and `POST otp/login`.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, claims, login_status, post, post_form};
use crate::letters;
use guesthouse_tests::{Answer, Server};
use serde_json::json;
use std::time::Duration;

const SAID: &str = "if there is such an account, a code is on its way to its address";

fn start() -> Server {
    accounts::prepare_with("enable_otp_signin", "1").start()
}

fn request(server: &Server, email: &str) -> Answer {
    post(server, "otp/request", json!({"email": email}))
}

fn login(server: &Server, email: &str, code: &str) -> Answer {
    post(server, "otp/login", json!({"email": email, "code": code}))
}

#[test]
fn there_are_no_codes_where_they_are_not_wanted() {
    let server = accounts::start();
    request(&server, ALICE).expect(404, "");
    login(&server, ALICE, "AAAAAA").expect(404, "");
}

#[test]
fn everybody_is_answered_alike_and_only_so_often() {
    let server = start();
    accounts::change(
        &server,
        10,
        "UPDATE _user SET totp_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' WHERE email = 'admin@localhost';",
    );
    // Somebody, somebody with a second factor, and nobody.
    for email in [ALICE, "admin@localhost", "nobody@example.org"] {
        let answer = request(&server, email);
        answer.expect(200, SAID);
        assert!(answer.took > Duration::from_millis(100), "{email}: {:?}", answer.took);
        let again = post(
            &server,
            "otp/request",
            json!({"email_or_username": email.to_uppercase()}),
        );
        again.expect(429, "");
        assert_eq!(again.header("retry-after"), Some("300"));
    }
    for body in [json!({}), json!({"email": ALICE, "username": "alice"})] {
        post(&server, "otp/request", body).expect_status(400);
    }
    assert_eq!(
        (letters::count(&server), letters::newest(&server).to),
        (1, ALICE.into())
    );
}

#[test]
fn a_wrong_code_is_refused_and_after_three_the_right_one_is_not_looked_at() {
    let server = start();
    for email in [ALICE, "nobody@example.org"] {
        request(&server, email).expect_status(200);
        for _ in 0..3 {
            login(&server, email, "AAAAAA").expect(401, "");
        }
        let code = letters::newest(&server).typed_code();
        login(&server, email, &code).expect(429, "");
    }
    post(&server, "otp/login", json!({"email": "admin@localhost"})).expect(400, "code is missing");
    post(&server, "otp/login", json!({"code": "AAAAAA"})).expect_status(400);
    accounts::change(&server, 10, "DELETE FROM _auth_attempt;");
    login(&server, ALICE, &letters::newest(&server).typed_code()).expect_status(200);
}

#[test]
fn a_code_is_good_once_for_its_own_account_and_a_new_one_takes_its_place() {
    let server = start();
    request(&server, ALICE).expect_status(200);
    let old = letters::newest(&server).typed_code();
    post(&server, "otp/request", json!({"username": "alice"})).expect(200, SAID);
    let code = letters::newest(&server).typed_code();
    login(&server, "admin@localhost", &code).expect(401, "");
    login(&server, ALICE, &old).expect(401, "");
    let tokens = Tokens::of(&login(&server, ALICE, &format!(" {} ", code.to_lowercase())));
    assert_eq!(claims(&tokens.auth)["email"], ALICE);
    login(&server, ALICE, &code).expect(401, "");
}

#[test]
fn a_code_expires_and_is_worth_nothing_beside_a_second_factor() {
    let server = start();
    request(&server, ALICE).expect_status(200);
    let code = letters::newest(&server).typed_code();
    accounts::change(
        &server,
        10,
        "UPDATE _user SET totp_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' WHERE username = 'alice';",
    );
    login(&server, ALICE, &code).expect(401, "");
    request(&server, "admin@localhost").expect_status(200);
    let code = letters::newest(&server).typed_code();
    accounts::change(&server, 11, "UPDATE _auth_code SET expires = expires - 300;");
    login(&server, "admin@localhost", &code).expect(401, "");
}

#[test]
fn signing_in_by_a_code_shows_that_the_address_is_theirs_and_the_password_may_not_be() {
    let server = start();
    assert_eq!(login_status(&server, "new@example.org", PASSWORD), 401);
    request(&server, "new@example.org").expect(200, SAID);
    let code = letters::newest(&server).typed_code();
    let tokens = Tokens::of(&login(&server, "new@example.org", &code));
    assert_eq!(claims(&tokens.auth)["email"], "new@example.org");
    // Whoever registered the address need not be who reads its mail.
    assert_eq!(login_status(&server, "new@example.org", PASSWORD), 401);
}

#[test]
fn forms_and_queries_do_as_well() {
    let server = start();
    let answer = post_form(&server, "otp/request?redirect_uri=/code", "email=alice%40example.org");
    answer.expect(303, "");
    let to = answer.header("location").expect("a place").to_owned();
    assert!(
        to.starts_with("/code?email=alice%40example.org&alert=if%20there"),
        "{to}"
    );
    let code = letters::newest(&server).typed_code();
    let path = format!("/api/auth/v1/otp/login?email=alice%40example.org&code={code}&redirect_uri=/home");
    let request = server.request("POST", &path);
    let answer = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body("")
        .send();
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/home"));
    assert!(answer.header("set-cookie").is_some());
}
