//! Passkeys, by an authenticator that exists in the browser alone.

use crate::accounts::{self, ALICE, PASSWORD};
use guesthouse_tests::{Server, browser};
use serde_json::json;

#[test]
fn what_an_authenticator_was_not_asked_for_is_refused() {
    let (server, other) = (accounts::start(), Server::start());
    let input = json!({"email": ALICE, "other": "admin@localhost", "password": PASSWORD, "elsewhere": other.url()});
    browser::run(&server, "passkeys_refused", &input);
    server.expect_log("its counter did not go up");
}

#[test]
fn a_passkey_is_made_used_and_deleted() {
    let server = accounts::start();
    browser::run(&server, "passkeys", &json!({"email": ALICE, "password": PASSWORD}));
}
