//! `POST register`.

use crate::accounts::{self, ALICE, login_status, post, post_form};
use crate::letters;
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "long enough";

fn register(server: &Server, body: Value) -> Answer {
    let mut body = body;
    for (name, value) in [("password", PASSWORD), ("password_repeat", PASSWORD)] {
        if body.get(name).is_none() {
            body[name] = value.into();
        }
    }
    post(server, "register", body)
}

#[test]
fn what_makes_no_account_is_refused_with_the_reason() {
    let server = accounts::start();
    for (body, said) in [
        (json!({}), "an address is needed"),
        (json!({"email": "nobody"}), "mail cannot be sent to that address"),
        (
            json!({"email": "a@b\r\nBcc: c@d"}),
            "mail cannot be sent to that address",
        ),
        (json!({"username": "bob"}), "accounts have no name here"),
        (json!({"email": "a@b", "username": "bob"}), "accounts have no name here"),
        (
            json!({"email": "a@b", "password": "short", "password_repeat": "short"}),
            "the password must have at least 8 characters",
        ),
        (
            json!({"email": "a@b", "password_repeat": "long enouhg"}),
            "the passwords differ",
        ),
        (
            json!({"email": "a@b", "redirect_uri": "https://evil.example"}),
            "invalid redirect",
        ),
    ] {
        register(&server, body).expect(400, said);
    }
    post(&server, "register", json!({"email": "a@b", "password": PASSWORD})).expect_status(400);
    assert_eq!(letters::count(&server), 0);
}

#[test]
fn nobody_registers_where_that_is_off() {
    for setting in ["disable_registration", "disable_password_auth"] {
        let server = accounts::prepare_with(setting, "1").start();
        register(&server, json!({"email": "bob@example.org"})).expect(403, "");
        assert_eq!(letters::count(&server), 0);
    }
}

#[test]
fn an_address_of_somebody_is_answered_like_any_other_in_the_same_time() {
    let server = accounts::start();
    let mut took = Vec::new();
    for email in [
        "bob@example.org",
        "ALICE@example.org",
        "carol@example.org",
        "admin@localhost",
    ] {
        let answer = register(&server, json!({"email": email}));
        answer.expect(200, "registered");
        took.push(answer.took);
    }
    assert!(took.iter().all(|took| *took > Duration::from_millis(100)), "{took:?}");
    assert_eq!(letters::count(&server), 2, "nobody is bothered who has an account");
    assert_eq!(login_status(&server, ALICE, PASSWORD), 401);
    assert_eq!(login_status(&server, ALICE, accounts::PASSWORD), 200);
}

#[test]
fn one_address_is_registered_so_often_and_no_more() {
    let server = accounts::start();
    for email in ["bob@example.org", ALICE] {
        for _ in 0..5 {
            register(&server, json!({"email": email})).expect_status(200);
        }
        let answer = register(&server, json!({"email": email.to_uppercase()}));
        answer.expect(429, "");
        assert_eq!(answer.header("retry-after"), Some("3600"));
    }
    register(&server, json!({"email": "carol@example.org"})).expect_status(200);
}

#[test]
fn an_account_opens_once_its_address_is_shown_to_be_theirs() {
    let server = accounts::start();
    register(&server, json!({"email": " Bob@example.org ", "username": null})).expect(200, "registered");
    assert_eq!(login_status(&server, "bob@example.org", PASSWORD), 401);
    let letter = letters::newest(&server);
    assert_eq!(letter.to, "Bob@example.org");
    assert_eq!(letter.link().0, format!("http://{}", server.address()));
    server.get(&letter.path()).expect(200, "email verified");
    assert_eq!(login_status(&server, "bob@example.org", PASSWORD), 200);
}

#[test]
fn whoever_registers_an_address_first_does_not_keep_others_from_it() {
    let server = accounts::start();
    for password in ["of somebody else", PASSWORD] {
        register(
            &server,
            json!({"email": "bob@example.org", "password": password, "password_repeat": password}),
        )
        .expect_status(200);
    }
    server
        .get(&letters::read(&server, 2).path())
        .expect(200, "email verified");
    server.get(&letters::read(&server, 1).path()).expect(409, "");
    assert_eq!(login_status(&server, "bob@example.org", PASSWORD), 200);
    assert_eq!(login_status(&server, "bob@example.org", "of somebody else"), 401);
}

#[test]
fn a_setting_says_what_accounts_are_known_by() {
    let server = accounts::prepare_with("user_identifier", "'ONLY_USERNAME'").start();
    register(&server, json!({"email": "bob@example.org", "username": "bob"})).expect_status(400);
    register(&server, json!({"username": "b"})).expect_status(400);
    register(&server, json!({"username": "bob"})).expect(200, "registered");
    assert_eq!(login_status(&server, "bob", PASSWORD), 200);
    let other = json!({"username": "BOB", "password": "another one", "password_repeat": "another one"});
    register(&server, other).expect(200, "registered");
    assert_eq!(login_status(&server, "bob", "another one"), 401);

    let server = accounts::prepare_with("user_identifier", "'REQUIRE_EMAIL_AND_USERNAME'").start();
    register(&server, json!({"email": "bob@example.org"})).expect(400, "a name is needed");
    register(&server, json!({"email": "bob@example.org", "username": "alice"})).expect(200, "registered");
    assert_eq!(letters::count(&server), 0, "the name is somebody's");
    register(&server, json!({"email": "bob@example.org", "username": "bob"})).expect(200, "registered");
    assert_eq!(
        login_status(&server, "bob", PASSWORD),
        401,
        "the address is not verified"
    );
    server.get(&letters::newest(&server).path()).expect_status(200);
    assert_eq!(login_status(&server, "bob", PASSWORD), 200);
}

#[test]
fn a_form_goes_on_to_where_it_says_and_so_does_the_link() {
    let server = accounts::start();
    let body = "email=bob%40example.org&password=long+enough&password_repeat=long+enough";
    let answer = post_form(&server, "register?redirect_uri=/welcome", body);
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/welcome?alert=registered"));
    let answer = server.get(&letters::newest(&server).path());
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/welcome?alert=email%20verified"));
}

#[test]
fn who_never_shows_their_address_is_forgotten_and_nobody_else() {
    let server = accounts::start();
    for email in ["bob@example.org", "carol@example.org"] {
        register(&server, json!({"email": email})).expect_status(200);
    }
    server
        .get(&letters::newest(&server).path())
        .expect(200, "email verified");
    accounts::change(
        &server,
        10,
        "UPDATE _registration SET created = created - 8 * 86400;
        UPDATE _user SET created = created - 8 * 86400;",
    );
    register(&server, json!({"email": "dave@example.org"})).expect_status(200);
    let list = server.cli(&["user", "list"]).expect_success().stdout;
    assert!(!list.contains("bob@"), "{list}");
    for kept in ["carol@", "dave@", "alice@", "new@"] {
        assert!(list.contains(kept), "{kept} is gone: {list}");
    }
}
