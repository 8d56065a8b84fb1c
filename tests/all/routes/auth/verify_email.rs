//! `GET verify_email/trigger` and `GET verify_email/confirm/{code}`.

use crate::accounts::{self, ALICE, login_status, post};
use crate::letters;
use guesthouse_tests::{Answer, Server};
use serde_json::json;
use std::time::Duration;

fn trigger(server: &Server, query: &str) -> Answer {
    server.get(&format!("/api/auth/v1/verify_email/trigger?{query}"))
}

fn confirm(server: &Server, code: &str) -> Answer {
    server.get(&format!("/api/auth/v1/verify_email/confirm/{code}"))
}

#[test]
fn a_code_that_is_none_verifies_nothing() {
    let server = accounts::start();
    for code in ["x", &"A".repeat(48), "..%2Ftrigger"] {
        let answer = confirm(&server, code);
        answer.expect(400, "this link has expired or was used already: ask for a new one");
    }
    confirm(&server, &format!("{}?redirect_uri=//evil.example", "A".repeat(48))).expect(400, "invalid redirect");
}

#[test]
fn a_code_for_something_else_verifies_nothing() {
    let server = accounts::start();
    post(&server, "reset_password/request", json!({"email": ALICE})).expect_status(200);
    confirm(&server, &letters::newest(&server).code()).expect_status(400);
}

#[test]
fn asking_again_is_answered_alike_for_everybody_and_only_so_often() {
    let server = accounts::start();
    let said = "if this address waits to be confirmed, mail is on its way to it";
    for email in ["new@example.org", ALICE, "nobody@example.org"] {
        let answer = trigger(&server, &format!("email={email}"));
        answer.expect(200, said);
        assert!(answer.took > Duration::from_millis(100), "{email}: {:?}", answer.took);
        let again = trigger(&server, &format!("email={}", email.to_uppercase()));
        again.expect(429, "");
        assert_eq!(again.header("retry-after"), Some("14400"));
    }
    assert_eq!(letters::count(&server), 1);
    trigger(&server, "").expect(400, "email is missing");
    trigger(&server, "email=x").expect_status(400);
    trigger(&server, "email=a@b&redirect_uri=//evil.example").expect(400, "invalid redirect");
}

#[test]
fn a_link_is_good_once_and_a_new_one_takes_its_place() {
    let server = accounts::start();
    assert_eq!(login_status(&server, "new", accounts::PASSWORD), 401);
    trigger(&server, "email=new@example.org").expect_status(200);
    accounts::change(&server, 10, "DELETE FROM _auth_attempt;");
    let answer = trigger(&server, "email=new@example.org&redirect_uri=/there");
    answer.expect(303, "");
    let (old, new) = (letters::read(&server, 1), letters::read(&server, 2));
    server.get(&old.path()).expect_status(400);
    // Programs that look where links lead do not use them up.
    server.request("HEAD", &new.path()).send().expect_status(200);
    let answer = server.get(&new.path());
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/there?alert=email%20verified"));
    server.get(&new.path()).expect_status(400);
    assert_eq!(login_status(&server, "new@example.org", accounts::PASSWORD), 200);
}

#[test]
fn a_link_expires() {
    let server = accounts::start();
    trigger(&server, "email=new@example.org").expect_status(200);
    accounts::change(&server, 10, "UPDATE _auth_code SET expires = expires - 86400;");
    server.get(&letters::newest(&server).path()).expect_status(400);
    assert_eq!(login_status(&server, "new", accounts::PASSWORD), 401);
}

#[test]
fn a_link_to_an_address_that_was_given_up_verifies_nothing() {
    let server = accounts::start();
    trigger(&server, "email=new@example.org").expect_status(200);
    accounts::change(
        &server,
        10,
        "UPDATE _user SET unverified_email = 'other@example.org' WHERE username = 'new';",
    );
    server.get(&letters::newest(&server).path()).expect(401, "");
}
