//! Passkeys, by an authenticator that exists in the browser alone.

use crate::accounts::{self, ALICE, PASSWORD};
use guesthouse_tests::{Server, browser};
use serde_json::{Value, json};

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

/// Signs in by an authenticator that knows this; gives the status, and what it knows then.
#[track_caller]
fn sign_in(server: &Server, credential: &Value) -> (u64, Value) {
    let mut result = browser::run(server, "passkeys_kept", &json!({"credential": credential}));
    (
        result["status"].as_u64().expect("a status"),
        result["credential"].take(),
    )
}

#[test]
fn a_passkey_is_good_for_as_long_as_its_account_is() {
    let mut server = accounts::start();
    let mut made = browser::run(&server, "passkeys_kept", &json!({"email": ALICE, "password": PASSWORD}));
    assert_eq!(made["status"], 200);
    let passkey = made["credential"].take();

    // A new password ends sessions, and no passkey.
    server
        .cli_with_input(&["user", "change-password", ALICE], "another secret\n")
        .expect_success();
    let (status, passkey) = sign_in(&server, &passkey);
    assert_eq!(status, 200);

    // An account whose address is not verified is given no tokens.
    server.stop();
    let sql = "UPDATE _user SET unverified_email = email, email = NULL WHERE username = 'alice';";
    std::fs::write(server.data().join("migrations/main/U2__pending.sql"), sql).expect("a file can be written");
    server.start_again();
    let (status, passkey) = sign_in(&server, &passkey);
    assert_eq!(status, 401);
    server.cli(&["user", "verify", "alice"]).expect_success();
    let (status, passkey) = sign_in(&server, &passkey);
    assert_eq!(status, 200);

    server.cli(&["user", "delete", ALICE]).expect_success();
    assert_eq!(sign_in(&server, &passkey).0, 401);
}
