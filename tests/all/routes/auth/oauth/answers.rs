//! How whoever signs in by a provider is answered: as with a password.

use super::{BASE, Visit, claims_with, expect_nobody, row, start};
use crate::accounts::{self, ALICE, Tokens, post};
use guesthouse_tests::identity_provider::IdentityProvider;
use serde_json::json;

/// The example of RFC 7636.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

#[test]
fn an_app_gets_a_code_for_its_challenge() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let query = format!("?redirect_uri=/app&response_type=code&pkce_code_challenge={CHALLENGE}");
    let mut visit = Visit::begin(&server, &query);
    assert_ne!(
        visit.asked("code_challenge"),
        CHALLENGE,
        "the app's challenge is its own affair"
    );
    let claims = provider.claims(visit.asked("nonce"));
    let answer = visit.come_back_as(&server, &provider, &claims);
    answer.expect_status(303);
    expect_nobody(&answer);
    let code = answer
        .header("location")
        .and_then(|location| location.strip_prefix("/app?code="))
        .expect("a code");
    assert_eq!(code.len(), 48);
    let wrong = post(
        &server,
        "token",
        json!({"authorization_code": code, "pkce_code_verifier": "wrong"}),
    );
    wrong.expect_status(404);

    let mut visit = Visit::begin(&server, &query);
    let claims = provider.claims(visit.asked("nonce"));
    let answer = visit.come_back_as(&server, &provider, &claims);
    let code = answer
        .header("location")
        .and_then(|location| location.strip_prefix("/app?code="))
        .expect("a code");
    let tokens = Tokens::of(&post(
        &server,
        "token",
        json!({"authorization_code": code, "pkce_code_verifier": VERIFIER}),
    ));
    assert_eq!(accounts::claims(&tokens.auth)["email"], "somebody@example.org");
}

#[test]
fn what_is_wished_is_checked_before_anybody_leaves() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let long = format!("/{}", "a".repeat(2000));
    for (query, why) in [
        ("?redirect_uri=https://evil.example".to_owned(), "invalid redirect"),
        ("?redirect_uri=//evil.example".to_owned(), "invalid redirect"),
        ("?mfa_redirect_uri=//evil.example".to_owned(), "invalid redirect"),
        (
            "?response_type=code&redirect_uri=/a".to_owned(),
            "response_type=code needs",
        ),
        (format!("?pkce_code_challenge={CHALLENGE}"), "pkce_code_challenge needs"),
        (
            format!("?redirect_uri={long}&mfa_redirect_uri={long}"),
            "too long together",
        ),
    ] {
        let answer = server.get(&format!("{BASE}oidc0/login{query}"));
        answer.expect_status(400);
        assert!(answer.text().contains(why), "{query}: {}", answer.text());
        assert!(answer.header("set-cookie").is_none());
    }
}

/// Whoever could choose the query of the way back could choose where the person goes.
#[test]
fn the_way_back_says_nothing_of_where_to_go() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "?redirect_uri=/wished");
    let state = visit.asked("state").to_owned();
    let claims = provider.claims(visit.asked("nonce"));
    provider.give(&guesthouse_tests::identity_provider::signed(&claims));
    let query =
        format!("?code=any&state={state}&redirect_uri=/other&response_type=code&pkce_code_challenge={CHALLENGE}");
    let answer = visit.come_back_with(&server, &query);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/wished")));
}

#[test]
fn a_second_factor_is_asked_for_as_after_a_password() {
    let provider = IdentityProvider::start();
    let secret = format!("UPDATE _user SET totp_secret = '{SECRET}' WHERE username = 'alice';");
    let server = start(&(row("oidc0", &provider.issuer) + &secret));
    for (query, expected) in [
        ("", "/_/auth/mfa?mfa_token="),
        ("?redirect_uri=/in", "/_/auth/mfa?redirect_uri=%2Fin&mfa_token="),
        ("?redirect_uri=/in&mfa_redirect_uri=/mfa", "/mfa?mfa_token="),
    ] {
        let mut visit = Visit::begin(&server, query);
        let claims = claims_with(&provider, &visit, "email", json!(ALICE));
        let answer = visit.come_back_as(&server, &provider, &claims);
        answer.expect_status(303);
        expect_nobody(&answer);
        let token = answer
            .header("location")
            .and_then(|location| location.strip_prefix(expected))
            .expect("a token");
        post(&server, "login_mfa", json!({"mfa_token": token, "totp": "000000"})).expect_status(401);
    }
}

#[test]
fn the_page_to_sign_in_leads_there_and_says_what_went_wrong() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let page = server.get("/_/auth/login?redirect_uri=/in");
    page.expect_status(200);
    let page = page.text();
    let link = page
        .split("href=\"/api/auth/v1/oauth/")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let link = link.unwrap_or_else(|| panic!("no link: {page}")).replace("&amp;", "&");
    let (route, query) = link.split_once('?').expect("a query");
    assert_eq!(route, "oidc0/login");
    let mut visit = Visit::begin(&server, &format!("?{query}"));
    let state = visit.asked("state").to_owned();
    let answer = visit.come_back_with(&server, &format!("?error=access_denied&state={state}"));
    answer.expect_status(303);
    let location = answer.header("location").expect("a redirect");
    assert!(
        location.starts_with("/_/auth/login?redirect_uri=%2Fin&alert=OpenID%20Connect%20did"),
        "{location}"
    );
    let mut visit = Visit::begin(&server, &format!("?{query}"));
    let claims = provider.claims(visit.asked("nonce"));
    let answer = visit.come_back_as(&server, &provider, &claims);
    assert_eq!(answer.header("location"), Some("/in"));
}
