//! A sign-in from beginning to end, by a published OpenID Connect server: discovery, PKCE, its pages, its keys, its user information.

use super::{BASE, claims_of, expect_nobody, start_with};
use guesthouse_tests::cookie_jar::CookieJar;
use guesthouse_tests::{Server, oidc};
use serde_json::json;

#[track_caller]
fn server() -> Server {
    let row = format!(
        "INSERT INTO _oauth_provider (name, client_id, display_name, issuer) VALUES ('oidc0', '{}', 'Example', '{}');",
        oidc::CLIENT_ID,
        oidc::issuer()
    );
    start_with(&row, &[("OIDC0", oidc::CLIENT_SECRET)])
}

fn login(server: &Server, query: &str) -> String {
    format!("http://{}{BASE}oidc0/login{query}", server.address())
}

#[test]
fn somebody_signs_in_and_is_the_same_the_next_time() {
    let server = server();
    let mut browser = CookieJar::new();
    let callback = oidc::sign_in(&mut browser, &login(&server, "?redirect_uri=/_/auth/expected"), "zoe");
    assert!(browser.cookie(server.address(), "oauth_state").is_some());
    let answer = browser.get(&callback);
    answer.expect_status(303);
    assert_eq!(answer.header("location"), Some("/_/auth/expected"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|field| field.to_str().expect("text"))
        .collect();
    let auth = cookies
        .iter()
        .find(|field| field.starts_with("auth_token=ey"))
        .expect("an auth token");
    assert!(
        auth.contains("; SameSite=Lax;") && auth.contains("; HttpOnly;"),
        "{auth}"
    );
    assert!(
        cookies
            .iter()
            .any(|field| field.starts_with("refresh_token=") && field.contains("; SameSite=Strict;"))
    );
    assert!(browser.cookie(server.address(), "oauth_state").is_none());
    let first = claims_of(&answer);
    assert_eq!(
        (&first["email"], &first["provider"]),
        (&json!("zoe@example.org"), &json!(2))
    );
    let status = browser.get(&format!("http://{}/api/auth/v1/status", server.address()));
    assert!(status.json()["auth_token"].is_string());

    let mut other = CookieJar::new();
    let callback = oidc::sign_in(&mut other, &login(&server, ""), "zoe");
    let again = other.get(&callback);
    again.expect(200, "logged in");
    assert_eq!(claims_of(&again)["sub"], first["sub"]);
    // Without the cookie of the browser that began it, the same URL is worth nothing.
    expect_nobody(&CookieJar::new().get(&callback));
}

#[test]
fn an_address_that_is_not_verified_there_makes_no_account() {
    let server = server();
    let mut browser = CookieJar::new();
    let callback = oidc::sign_in(&mut browser, &login(&server, ""), "unverified");
    let answer = browser.get(&callback);
    answer.expect_status(400);
    assert!(answer.text().contains("not verified at Example"), "{}", answer.text());
    let accounts = server.cli(&["user", "list"]).expect_success().stdout;
    assert!(!accounts.contains("unverified@example.org"), "{accounts}");
}

/// A code that was stolen from another browser: the verifier that belongs to it stayed there.
#[test]
fn a_code_of_another_browser_is_refused_by_its_verifier() {
    let server = server();
    let (mut victim, mut thief) = (CookieJar::new(), CookieJar::new());
    let of_victim = oidc::sign_in(&mut victim, &login(&server, ""), "victim");
    let of_thief = oidc::sign_in(&mut thief, &login(&server, ""), "thief");
    let part = |url: &str, name: &str| {
        let (_, query) = url.split_once('?').expect("a query");
        let pairs = super::fields(query);
        pairs.into_iter().find(|(field, _)| field == name).expect("a field").1
    };
    let url = format!(
        "http://{}{BASE}oidc0/callback?code={}&state={}",
        server.address(),
        part(&of_victim, "code"),
        part(&of_thief, "state")
    );
    let answer = thief.get(&url);
    answer.expect(400, "Example did not let you sign in (invalid_grant)");
    expect_nobody(&answer);
}

#[test]
fn whoever_declines_there_is_told_here() {
    let server = server();
    let mut browser = CookieJar::new();
    let callback = oidc::sign_in(&mut browser, &login(&server, "?redirect_uri=/back"), "zoe");
    let (place, query) = callback.split_once('?').expect("a query");
    let state = super::fields(query)
        .into_iter()
        .find(|(name, _)| name == "state")
        .expect("a state")
        .1;
    let answer = browser.get(&format!("{place}?error=access_denied&state={state}"));
    answer.expect_status(303);
    let expected = "/back?alert=Example%20did%20not%20let%20you%20sign%20in%20%28access_denied%29.";
    assert_eq!(answer.header("location"), Some(expected));
}
