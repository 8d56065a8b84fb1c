//! Signing in.

use crate::accounts::{self, ALICE, PASSWORD};
use guesthouse_tests::browser;
use serde_json::json;

#[test]
fn a_browser_keeps_the_cookies_of_whoever_signed_in() {
    let server = accounts::start();
    browser::run(&server, "signing_in", &json!({"email": ALICE, "password": PASSWORD}));
}
