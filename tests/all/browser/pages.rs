//! The sign-in pages, with and without JavaScript.

use crate::accounts::{self, PASSWORD};
use guesthouse_tests::{Server, browser};
use serde_json::json;

#[track_caller]
fn run(server: &Server, scenario: &str, javascript: bool) {
    browser::run(
        server,
        scenario,
        &json!({"password": PASSWORD, "javascript": javascript}),
    );
}

#[test]
fn people_sign_in_and_out() {
    for javascript in [false, true] {
        let server = accounts::prepare_with("enable_anonymous_signin", "1").start();
        run(&server, "pages_login", javascript);
    }
}

#[test]
fn people_change_their_account() {
    for javascript in [false, true] {
        run(&accounts::start(), "pages_profile", javascript);
    }
}

#[test]
fn an_app_is_given_a_code() {
    let settings = "INSERT INTO _auth_setting (name, value) VALUES ('custom_uri_schemes', 'my-app'),
        ('redirect_uri_allowlist', 'https://app.example/back?a=b')";
    let server = accounts::prepare().migration("U2__settings.sql", settings).start();
    run(&server, "pages_app", true);
}

#[test]
fn people_do_what_takes_a_mail() {
    let settings = "('enable_otp_signin', 1), ('application_name', 'The House')";
    for javascript in [false, true] {
        let server = accounts::prepare_with_all(settings).start();
        let input = json!({
            "javascript": javascript,
            "binary": guesthouse_tests::binary::guesthouse(),
            "data": server.data(),
        });
        browser::run(&server, "pages_mail", &input);
    }
}

#[test]
fn people_use_passkeys() {
    run(&accounts::start(), "pages_passkeys", true);
}
