//! `POST logout` and `GET logout`.

use crate::accounts::{self, ALICE, is_signed_in, post, sign_in};
use serde_json::json;

#[test]
fn a_refresh_token_that_belongs_to_nothing_ends_nothing() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    post(&server, "logout", json!({"refresh_token": "nonsense"})).expect(200, "");
    post(&server, "logout", json!({})).expect_status(422);
    server.get("/api/auth/v1/logout").expect(200, "logged out");
    assert!(is_signed_in(&server, &tokens));
}

#[test]
fn a_place_of_somebody_elses_is_refused() {
    let server = accounts::start();
    let tokens = sign_in(&server, ALICE);
    let request = server.request("GET", "/api/auth/v1/logout?redirect_uri=//evil.example");
    request
        .header("cookie", &tokens.cookies())
        .send()
        .expect(400, "invalid redirect");
    assert!(is_signed_in(&server, &tokens));
}

#[test]
fn a_session_ends_at_once_and_alone() {
    let server = accounts::start();
    let (tokens, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    post(&server, "logout", json!({"refresh_token": tokens.refresh})).expect(200, "");
    assert!(
        !is_signed_in(&server, &tokens),
        "the auth token has not expired, but its session is over"
    );
    assert!(is_signed_in(&server, &other));
    post(&server, "refresh", json!({"refresh_token": tokens.refresh})).expect(401, "");
    post(&server, "logout", json!({"refresh_token": tokens.refresh})).expect(200, "");
}

#[test]
fn a_browser_that_signs_out_ends_all_sessions_of_its_account() {
    let server = accounts::start();
    let (tokens, other, admin) = (
        sign_in(&server, ALICE),
        sign_in(&server, ALICE),
        sign_in(&server, "admin@localhost"),
    );
    let request = server.request("GET", "/api/auth/v1/logout?redirect_uri=/bye");
    let answer = request.header("cookie", &tokens.cookies()).send();
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/bye"));
    let removed: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert_eq!(
        removed,
        [
            "auth_token=; HttpOnly; Path=/; SameSite=Strict; Max-Age=1",
            "refresh_token=; HttpOnly; Path=/; SameSite=Strict; Max-Age=1"
        ]
    );
    assert!(!is_signed_in(&server, &tokens) && !is_signed_in(&server, &other));
    assert!(is_signed_in(&server, &admin));
}
