//! `POST change_password`.

use crate::accounts::{self, ALICE, PASSWORD, is_signed_in, post, post_as, sign_in};
use serde_json::json;

#[test]
fn nobody_changes_it_without_the_old_one() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let change = |old: &str, new: &str| {
        let body = json!({"old_password": old, "new_password": new, "new_password_repeat": new});
        post_as(&server, &alice, "change_password", body)
    };
    post(
        &server,
        "change_password",
        json!({"old_password": PASSWORD, "new_password": "long enough"}),
    )
    .expect(401, "");
    change(PASSWORD, "short").expect(400, "the password must have at least 8 characters");
    for _ in 0..3 {
        change("wrong", "long enough").expect(400, "the old password is wrong");
    }
    change(PASSWORD, "long enough").expect(429, "");
    assert_eq!(
        post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).status,
        200
    );
}

#[test]
fn a_new_password_has_to_be_typed_alike_twice() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let body = json!({"old_password": PASSWORD, "new_password": "long enough", "new_password_repeat": "long enouhg"});
    post_as(&server, &alice, "change_password", body).expect(400, "the passwords differ");
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    let server = accounts::start();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    let body = json!({"old_password": PASSWORD, "new_password": "correct horse"});
    post_as(&server, &alice, "change_password", body).expect(200, "password changed");
    assert!(is_signed_in(&server, &alice) && !is_signed_in(&server, &other));
    post(&server, "refresh", json!({"refresh_token": other.refresh})).expect(401, "");
    assert_eq!(
        post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).status,
        401
    );
    assert_eq!(
        post(&server, "login", json!({"email": ALICE, "password": "correct horse"})).status,
        200
    );
}

#[test]
fn a_password_that_was_changed_voids_codes_that_were_given_out_before() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let (verifier, code) = super::token::code(&server);
    let body = json!({"old_password": PASSWORD, "new_password": "correct horse"});
    post_as(&server, &alice, "change_password", body).expect_status(200);
    let body = json!({"authorization_code": code, "pkce_code_verifier": verifier});
    post(&server, "token", body).expect(404, "");
}
