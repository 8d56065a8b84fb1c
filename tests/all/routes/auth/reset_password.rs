//! `POST reset_password/request` and `POST reset_password/update`.

use crate::accounts::{self, ALICE, PASSWORD, is_signed_in, login_status, post, post_form, sign_in};
use crate::letters;
use guesthouse_tests::{Answer, Server};
use serde_json::json;
use std::time::Duration;

const NEW: &str = "correct horse";

fn request(server: &Server, email: &str) -> Answer {
    post(server, "reset_password/request", json!({"email": email}))
}

fn update(server: &Server, code: &str) -> Answer {
    let body = json!({"password": NEW, "password_repeat": NEW, "password_reset_token": code});
    post(server, "reset_password/update", body)
}

#[test]
fn everybody_is_answered_alike_and_only_so_often() {
    let server = accounts::start();
    let said = "if there is such an account, mail is on its way to its address";
    // Somebody, somebody whose address is not verified, and nobody.
    for email in [ALICE, "new@example.org", "nobody@example.org"] {
        let answer = request(&server, email);
        answer.expect(200, said);
        assert!(answer.took > Duration::from_millis(100), "{email}: {:?}", answer.took);
        let again = request(&server, &email.to_uppercase());
        again.expect(429, "");
        assert_eq!(again.header("retry-after"), Some("3600"));
    }
    request(&server, "no address").expect(200, said);
    post(&server, "reset_password/request", json!({})).expect_status(400);
    assert_eq!(
        (letters::count(&server), letters::newest(&server).to),
        (1, ALICE.into())
    );
}

#[test]
fn a_code_that_is_none_or_for_something_else_changes_nothing() {
    let server = accounts::start();
    for code in ["", "x", &"A".repeat(48)] {
        update(&server, code).expect(400, "this link has expired or was used already: ask for a new one");
    }
    server
        .get("/api/auth/v1/verify_email/trigger?email=new@example.org")
        .expect_status(200);
    update(&server, &letters::newest(&server).code()).expect_status(400);
    assert_eq!(login_status(&server, ALICE, PASSWORD), 200);
}

#[test]
fn a_code_expires() {
    let server = accounts::start();
    request(&server, ALICE).expect_status(200);
    accounts::change(&server, 10, "UPDATE _auth_code SET expires = expires - 3600;");
    update(&server, &letters::newest(&server).code()).expect_status(400);
    assert_eq!(login_status(&server, ALICE, PASSWORD), 200);
}

#[test]
fn a_code_is_worth_nothing_once_the_address_is_another_one() {
    let server = accounts::start();
    request(&server, ALICE).expect_status(200);
    accounts::change(
        &server,
        10,
        "UPDATE _user SET email = 'other@example.org' WHERE username = 'alice';",
    );
    update(&server, &letters::newest(&server).code()).expect(401, "");
}

#[test]
fn a_password_that_is_refused_does_not_use_the_code_up_but_one_that_is_taken_does() {
    let server = accounts::start();
    let (one, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    post(&server, "reset_password/request", json!({"username": "alice"})).expect_status(200);
    let letter = letters::newest(&server);
    assert!(
        letter.path().starts_with("/_/auth/reset_password/update?code="),
        "{letter:?}"
    );
    let code = letter.code();
    for (password, repeated) in [("short", "short"), (NEW, "correct hrose")] {
        let body = json!({"password": password, "password_repeat": repeated, "password_reset_token": code});
        post(&server, "reset_password/update", body).expect_status(400);
    }
    assert!(is_signed_in(&server, &one));
    update(&server, &code).expect(200, "Password reset");
    assert!(!is_signed_in(&server, &one) && !is_signed_in(&server, &other));
    post(&server, "refresh", json!({"refresh_token": one.refresh})).expect(401, "");
    assert_eq!(
        (
            login_status(&server, ALICE, PASSWORD),
            login_status(&server, ALICE, NEW)
        ),
        (401, 200)
    );
    update(&server, &code).expect_status(400);
}

#[test]
fn of_many_who_use_a_code_at_once_one_does() {
    let server = accounts::start();
    request(&server, ALICE).expect_status(200);
    let code = letters::newest(&server).code();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let updates: Vec<_> = (0..8).map(|_| scope.spawn(|| update(&server, &code).status)).collect();
        updates
            .into_iter()
            .map(|update| update.join().expect("an update"))
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
}

#[test]
fn nothing_is_reset_where_passwords_are_off() {
    let server = accounts::prepare_with("disable_password_auth", "1").start();
    request(&server, ALICE).expect(403, "");
    update(&server, "x").expect(403, "");
}

#[test]
fn a_form_goes_on_to_where_it_says() {
    let server = accounts::start();
    let answer = post_form(
        &server,
        "reset_password/request?redirect_uri=/sent",
        "email=alice%40example.org",
    );
    answer.expect(303, "");
    assert!(
        answer
            .header("location")
            .is_some_and(|to| to.starts_with("/sent?alert=if%20there"))
    );
    let path = letters::newest(&server).path();
    assert!(path.ends_with("&redirect_uri=%2Fsent"), "{path}");
    let code = &path["/_/auth/reset_password/update?code=".len()..][..48];
    let body = format!("password=long+enough&password_repeat=long+enough&password_reset_token={code}&redirect_uri=/in");
    let answer = post_form(&server, "reset_password/update", &body);
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/in?alert=Password%20reset"));
}
