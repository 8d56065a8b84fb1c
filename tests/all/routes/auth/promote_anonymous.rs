//! `POST promote_anonymous`.

use crate::accounts::{self, ALICE, Tokens, is_signed_in, login_status, post, post_as, sign_in};
use crate::letters;
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

const PASSWORD: &str = "long enough";

fn start() -> Server {
    accounts::prepare_with("enable_anonymous_signin", "1").start()
}

fn anonymous(server: &Server) -> Tokens {
    Tokens::of(&post(server, "login_anonymous", json!({})))
}

fn promote(server: &Server, who: &Tokens, body: Value) -> Answer {
    post_as(server, who, "promote_anonymous", body)
}

#[test]
fn what_is_wrong_is_said_in_this_order() {
    let server = accounts::start();
    post(&server, "promote_anonymous", json!({})).expect(404, "");

    let server = start();
    post(&server, "promote_anonymous", json!({})).expect(401, "");
    let alice = sign_in(&server, ALICE);
    for who in [&anonymous(&server), &alice] {
        for (body, said) in [
            (
                json!({"new_password": "short"}),
                "the password must have at least 8 characters",
            ),
            (
                json!({"new_password": PASSWORD, "new_password_repeat": "other", "new_email": "a@b"}),
                "the passwords differ",
            ),
            (json!({"new_password": PASSWORD}), "an address is needed"),
            (
                json!({"new_password": PASSWORD, "new_email": "bob@example.org", "new_username": "bob"}),
                "accounts have no name here",
            ),
        ] {
            promote(&server, who, body).expect(400, said);
        }
    }
    let body = json!({"new_password": PASSWORD, "new_email": "bob@example.org"});
    promote(&server, &alice, body).expect(424, "");
    assert_eq!(letters::count(&server), 0);
}

#[test]
fn a_browser_has_to_repeat_its_request_token() {
    let server = start();
    let who = anonymous(&server);
    let request = server.request("POST", "/api/auth/v1/promote_anonymous");
    let body = json!({"new_password": PASSWORD, "new_email": "bob@example.org"});
    request
        .header("cookie", &who.cookies())
        .json(&body)
        .send()
        .expect_status(400);
}

#[test]
fn an_account_is_promoted_once_and_opens_when_its_address_is_verified() {
    let server = start();
    let who = anonymous(&server);
    let body = json!({"new_password": PASSWORD, "new_email": "bob@example.org"});
    promote(&server, &who, body.clone()).expect(200, "promoted");
    promote(&server, &who, body).expect(424, "");
    assert_eq!(login_status(&server, "bob@example.org", PASSWORD), 401);
    post(&server, "refresh", json!({"refresh_token": who.refresh})).expect(401, "");
    server
        .get(&letters::newest(&server).path())
        .expect(200, "email verified");
    assert_eq!(login_status(&server, "bob@example.org", PASSWORD), 200);
    post(&server, "refresh", json!({"refresh_token": who.refresh})).expect_status(200);
    assert!(is_signed_in(&server, &who), "it is the same account");
}

#[test]
fn a_name_that_is_taken_is_refused_and_an_address_that_is_taken_is_not_told() {
    let settings = "('enable_anonymous_signin', 1), ('user_identifier', 'REQUIRE_USERNAME')";
    let server = accounts::prepare_with_all(settings).start();
    let who = anonymous(&server);
    promote(
        &server,
        &who,
        json!({"new_password": PASSWORD, "new_username": "ALICE"}),
    )
    .expect(409, "");
    promote(&server, &who, json!({"new_password": PASSWORD, "new_username": "bob"})).expect(200, "promoted");
    assert_eq!(
        login_status(&server, "bob", PASSWORD),
        200,
        "there is nothing to verify"
    );
    let other = anonymous(&server);
    let body = json!({"new_password": PASSWORD, "new_username": "carol", "new_email": ALICE});
    promote(&server, &other, body).expect(200, "promoted");
    server.get(&letters::newest(&server).path()).expect(409, "");
}
