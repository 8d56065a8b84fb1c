//! `POST change_username`.

use crate::accounts::{self, ALICE, PASSWORD, post, post_as, sign_in};
use serde_json::{Value, json};

#[test]
fn a_name_that_is_taken_or_no_name_is_refused() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    post(&server, "change_username", json!({"new_username": "bob"})).expect(401, "");
    post_as(&server, &alice, "change_username", json!({"new_username": "NEW"})).expect(409, "");
    for name in ["ab", "1abc", "with space", "a@b", "waytoolongforanameofanaccountofours"] {
        post_as(&server, &alice, "change_username", json!({"new_username": name})).expect_status(400);
    }
}

#[test]
fn a_name_can_be_changed_and_where_there_is_an_address_given_up() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    post_as(&server, &alice, "change_username", json!({"new_username": "Bob"})).expect(200, "username changed");
    let login = |name: &str| post(&server, "login", json!({"username": name, "password": PASSWORD}));
    login("alice").expect(401, "");
    let claims = accounts::claims(&accounts::Tokens::of(&login("bob")).auth);
    assert_eq!(claims["username"], "Bob");
    post_as(&server, &alice, "change_username", json!({"new_username": null})).expect(200, "username changed");
    assert_eq!(accounts::claims(&sign_in(&server, ALICE).auth)["username"], Value::Null);
}
