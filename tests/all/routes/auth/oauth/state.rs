//! The cookie `oauth_state` and the `state` of the query: both are needed, belong together, and are good once.

use super::{BASE, Visit, expect_nobody, row, start};
use guesthouse_tests::Answer;
use guesthouse_tests::identity_provider::{IdentityProvider, signed};

/// Panics unless the sign-in was refused, and before the provider was asked.
#[track_caller]
fn expect_refused(answer: &Answer, provider: &IdentityProvider, exchanges: usize) {
    answer.expect_status(400);
    assert!(answer.text().contains("begin again"), "{}", answer.text());
    expect_nobody(answer);
    assert_eq!(provider.exchanges(), exchanges);
}

#[test]
fn a_sign_in_ends_in_the_browser_that_began_it_and_once() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let visit = Visit::begin(&server, "?redirect_uri=/back");
    provider.give(&signed(&provider.claims(visit.asked("nonce"))));
    let with_cookies_of = |other: &Visit| Visit {
        browser: other.browser.clone(),
        asked: visit.asked.clone(),
        name: "oidc0".into(),
    };

    let mut without_cookie = with_cookies_of(&visit);
    without_cookie.browser.forget(server.address(), "oauth_state");
    expect_refused(&without_cookie.come_back(&server), &provider, 0);
    for cookie in ["", "nonsense", "ey.ey.ey"] {
        without_cookie
            .browser
            .set_cookie(server.address(), "oauth_state", cookie);
        expect_refused(&without_cookie.come_back(&server), &provider, 0);
    }
    let mut other = with_cookies_of(&Visit::begin(&server, ""));
    expect_refused(&other.come_back(&server), &provider, 0);
    for query in ["?code=any", "?code=any&state=", "?code=any&state=wrong"] {
        expect_refused(&with_cookies_of(&visit).come_back_with(&server, query), &provider, 0);
    }

    let mut right = with_cookies_of(&visit);
    let answer = right.come_back(&server);
    answer.expect_status(303);
    assert_eq!((answer.header("location"), provider.exchanges()), (Some("/back"), 1));
    expect_refused(&with_cookies_of(&visit).come_back(&server), &provider, 1);
}

#[test]
fn the_state_of_one_provider_is_none_of_another() {
    let (one, other) = (IdentityProvider::start(), IdentityProvider::start());
    let server = start(&(row("oidc0", &one.issuer) + &row("oidc1", &other.issuer)));
    let mut visit = Visit {
        name: "oidc1".into(),
        ..Visit::begin(&server, "")
    };
    expect_refused(&visit.come_back(&server), &other, 0);
}

#[test]
fn an_answer_that_says_to_be_of_another_issuer_is_refused() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "");
    let state = visit.asked("state").to_owned();
    let answer = visit.come_back_with(&server, &format!("?code=any&state={state}&iss=https://evil.example"));
    expect_refused(&answer, &provider, 0);
}

#[test]
fn each_sign_in_has_its_own_state_nonce_and_challenge() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let (one, other) = (Visit::begin(&server, ""), Visit::begin(&server, ""));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.asked(name), other.asked(name), "{name}");
        assert_eq!(one.asked(name).len(), 43, "{name}");
    }
    let callback = format!("http://{}{BASE}oidc0/callback", server.address());
    assert_eq!(one.asked("redirect_uri"), callback);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client"),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile"),
    ] {
        assert_eq!(one.asked(name), value);
    }
}

/// A form from elsewhere comes without our cookie; the browser is asked to come again, which brings it.
#[test]
fn a_provider_may_send_a_form() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "");
    provider.give(&signed(&provider.claims(visit.asked("nonce"))));
    let url = format!("http://{}{BASE}oidc0/callback", server.address());
    let form = format!(
        "code=a%26b&state={}&user=%7B%22email%22%3A%22victim%40example.org%22%7D",
        visit.asked("state")
    );
    let answer = guesthouse_tests::cookie_jar::CookieJar::new().post(&url, &form);
    answer.expect_status(303);
    let location = answer.header("location").expect("a redirect").to_owned();
    assert!(
        location.starts_with(&format!("{BASE}oidc0/callback?code=a%26b&state=")),
        "{location}"
    );
    assert!(!location.contains("victim"), "{location}");
    visit
        .browser
        .get(&format!("http://{}{location}", server.address()))
        .expect(200, "logged in");
}
