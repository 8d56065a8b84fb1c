//! Requests of browsers: what changes something has to repeat the request token.

use crate::accounts::{self, ALICE, Tokens, post_as, sign_in};
use guesthouse_tests::{Answer, Server};
use serde_json::json;

const PATH: &str = "/api/auth/v1/change_username";
const REFUSED: &str = "invalid CSRF token: send the csrf_token of the session in the header csrf-token";

fn rename(server: &Server, cookies: &str, token: Option<&str>) -> Answer {
    let request = server
        .request("POST", PATH)
        .header("cookie", cookies)
        .json(&json!({"new_username": "bob"}));
    match token {
        Some(token) => request.header("csrf-token", token).send(),
        None => request.send(),
    }
}

#[test]
fn a_request_that_a_browser_was_made_to_send_changes_nothing() {
    let server = accounts::start();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    for token in [
        None,
        Some(""),
        Some("nonsense"),
        Some(&*other.csrf),
        Some(&alice.csrf[1..]),
    ] {
        rename(&server, &alice.cookies(), token).expect(400, REFUSED);
    }
    let form = |body: &str| {
        let request = server.request("POST", PATH).header("cookie", &alice.cookies());
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
    };
    form("new_username=bob").expect(400, REFUSED);
    form("new_username=bob&csrf_token=nonsense").expect(400, REFUSED);
    for path in ["change_password", "totp/confirm", "totp/unregister"] {
        let body = json!({"old_password": "secret", "new_password": "long enough", "totp": "1", "totp_url": "1"});
        let request = server
            .request("POST", &format!("/api/auth/v1/{path}"))
            .header("cookie", &alice.cookies());
        request.json(&body).send().expect(400, REFUSED);
    }
    server
        .request("DELETE", "/api/auth/v1/delete")
        .header("cookie", &alice.cookies())
        .send()
        .expect(400, REFUSED);
}

#[test]
fn a_refresh_token_in_a_cookie_lets_nothing_be_changed_until_the_other_cookie_is_renewed() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let cookie = format!("refresh_token={}", alice.refresh);
    rename(&server, &cookie, Some(&alice.csrf)).expect(400, REFUSED);
    let renewed = server
        .request("GET", "/api/auth/v1/status")
        .header("cookie", &cookie)
        .send();
    let alice = Tokens::of(&renewed);
    rename(&server, &alice.cookies(), Some(&alice.csrf)).expect(200, "username changed");
}

#[test]
fn the_request_token_is_taken_from_a_header_field_or_from_the_form() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    rename(&server, &alice.cookies(), Some(&alice.csrf)).expect(200, "username changed");
    let request = server.request("POST", PATH).header("cookie", &alice.cookies());
    let body = format!("new_username=carol&csrf_token={}&redirect_uri=/profile", alice.csrf);
    let answer = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send();
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/profile?alert=username%20changed"));
}

#[test]
fn a_program_needs_no_request_token_and_cookies_beside_its_token_count_for_nothing() {
    let server = accounts::start();
    let (alice, admin) = (sign_in(&server, ALICE), sign_in(&server, "admin@localhost"));
    post_as(&server, &alice, "change_username", json!({"new_username": "bob"})).expect(200, "username changed");
    let request = server
        .request("POST", PATH)
        .header("cookie", &admin.cookies())
        .header("authorization", "Bearer nonsense");
    request.json(&json!({"new_username": "root"})).send().expect(401, "");
}
