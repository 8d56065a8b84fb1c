//! `guesthouse auth ...`, which the built-in `auth` brings: settings, and the key that tokens are signed with.

use crate::accounts::{self, ALICE, is_signed_in, post, sign_in};
use guesthouse_tests::Server;
use serde_json::json;

#[track_caller]
fn set(server: &Server, name: &str, value: &str) -> String {
    let set = server.cli(&["auth", "settings", "set", name, value]);
    set.expect_success().stdout
}

#[test]
fn a_setting_that_cannot_be_is_refused_with_what_it_can_be() {
    let server = accounts::start();
    for (arguments, said) in [
        (
            &["set", "colour", "red"][..],
            "there is no setting colour; there are auth_token_ttl_sec, refresh_",
        ),
        (&["reset", "colour"], "there is no setting colour"),
        (
            &["set", "auth_token_ttl_sec", "1 h"],
            "auth_token_ttl_sec is a whole number, not `1 h`",
        ),
        (
            &["set", "auth_token_ttl_sec", "7"],
            "auth_token_ttl_sec cannot be that: auth_token_ttl_sec: seconds, from 70 to 86400",
        ),
        (
            &["set", "disable_password_auth", "maybe"],
            "disable_password_auth is `on` or `off`, not `maybe`",
        ),
        (
            &["set", "disable_password_auth", "2"],
            "a setting that is on or off is 1 or 0",
        ),
    ] {
        server
            .cli(&[&["auth", "settings"], arguments].concat())
            .expect_failure(&[said]);
    }
    for misuse in [
        &["auth", "settings", "set", "auth_token_ttl_sec"][..],
        &["auth", "settings"],
        &["auth", "nothing"],
    ] {
        assert_eq!(server.cli(misuse).code, 2, "{misuse:?}");
    }
    let list = server.cli(&["auth", "settings", "list"]).expect_success().stdout;
    assert!(!list.contains("default"), "{list}");
}

#[test]
fn a_setting_counts_from_the_next_request_on_until_it_is_reset() {
    let server = accounts::start();
    let anonymous = || post(&server, "login_anonymous", json!({})).status;
    assert_eq!(anonymous(), 404);
    assert_eq!(
        set(&server, "enable_anonymous_signin", "on"),
        "enable_anonymous_signin is 1 now\n"
    );
    assert_eq!(anonymous(), 200);
    let list = server.cli(&["auth", "settings", "list"]).expect_success().stdout;
    let line = list.lines().find(|line| line.starts_with("enable_anonymous_signin"));
    assert!(line.is_some_and(|line| line.ends_with(" 1  (default: 0)")), "{list}");
    let reset = server.cli(&["auth", "settings", "reset", "enable_anonymous_signin"]);
    assert_eq!(reset.expect_success().stdout, "enable_anonymous_signin is 0 now\n");
    assert_eq!(anonymous(), 404);
}

#[test]
fn settings_are_changed_without_a_server_too() {
    let mut server = accounts::start();
    server.stop();
    set(&server, "refresh_token_ttl_sec", "-1");
    set(
        &server,
        "redirect_uri_allowlist",
        "https://a.example/b,https://c.example",
    );
    server.start_again();
    let list = server.cli(&["auth", "settings", "list"]).expect_success().stdout;
    for end in [
        " -1  (default: 2592000)",
        " https://a.example/b,https://c.example  (default: '')",
    ] {
        assert!(list.lines().any(|line| line.ends_with(end)), "{list}");
    }
}

#[test]
fn after_a_rotation_tokens_of_the_key_before_are_good_and_older_ones_are_not() {
    let server = accounts::start();
    let rotate = || server.cli(&["auth", "rotate-keys"]).expect_success().stdout;
    assert_eq!(rotate(), "nothing was signed yet: a key is made for the first token\n");
    let first = sign_in(&server, ALICE);
    assert_eq!(rotate(), "tokens are signed with a new key from now on\n");
    let second = sign_in(&server, ALICE);
    assert!(is_signed_in(&server, &first) && is_signed_in(&server, &second));
    rotate();
    assert!(!is_signed_in(&server, &first) && is_signed_in(&server, &second));
    // A session outlives the key that its auth token was signed with.
    post(&server, "refresh", json!({"refresh_token": first.refresh})).expect_status(200);
}
