//! `POST login_anonymous`.

use crate::accounts::{self, Tokens, claims, is_signed_in, post};
use serde_json::{Value, json};

#[test]
fn nobody_gets_an_account_for_nothing_where_that_is_not_wanted() {
    let server = accounts::start();
    post(&server, "login_anonymous", json!({})).expect(404, "");
}

#[test]
fn whoever_comes_gets_an_account_of_their_own() {
    let server = accounts::prepare_with("enable_anonymous_signin", "1").start();
    let one = Tokens::of(&post(&server, "login_anonymous", json!({})));
    let other = Tokens::of(&post(&server, "login_anonymous", json!({})));
    let (said, said_of_other) = (claims(&one.auth), claims(&other.auth));
    assert_ne!(said["sub"], said_of_other["sub"]);
    assert_eq!(said["email"], Value::Null);
    let name = said["username"].as_str().expect("a name");
    assert!(name.len() == 10 && name.starts_with("anon"), "{name}");
    assert!(is_signed_in(&server, &one));
    post(&server, "refresh", json!({"refresh_token": other.refresh})).expect_status(200);
}
