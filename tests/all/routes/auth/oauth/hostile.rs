//! A provider that does one thing wrong: nobody is signed in, the person is told little, and the operator is told why.

use super::{NOBODY, Visit, claims_of, claims_with, expect_nobody, row, start};
use guesthouse_tests::identity_provider::{IdentityProvider, Reply, public_key, signed, signed_by_another, unsigned};
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

/// Makes a token of claims.
type TokenOf = fn(&Value) -> String;

/// Panics unless the sign-in was refused, and the log says so.
#[track_caller]
fn expect_failure(server: &Server, answer: &Answer, why: &str) {
    answer.expect(502, "OpenID Connect does not answer as it should: try again later");
    expect_nobody(answer);
    server.expect_log(why);
}

#[test]
fn an_id_token_that_is_wrong_in_one_thing_signs_nobody_in() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    for (name, value, why) in [
        ("iss", json!("https://evil.example"), "of another issuer"),
        ("aud", json!("other"), "for another client"),
        ("aud", json!(["client", "other"]), "for another client"),
        ("azp", json!("other"), "for another client"),
        ("nonce", json!("other"), "answers another request"),
        ("nonce", Value::Null, "answers another request"),
        ("exp", json!(1_000_000), "has expired"),
        ("exp", Value::Null, "has expired"),
        ("sub", json!(""), "does not say who somebody is"),
        ("sub", Value::Null, "does not say who somebody is"),
    ] {
        let mut visit = Visit::begin(&server, "");
        let claims = claims_with(&provider, &visit, name, value);
        expect_failure(&server, &visit.come_back_as(&server, &provider, &claims), why);
    }
    let mut visit = Visit::begin(&server, "");
    let claims = provider.claims(visit.asked("nonce"));
    visit.come_back_as(&server, &provider, &claims).expect(200, "logged in");
}

#[test]
fn an_id_token_that_the_provider_did_not_sign_signs_nobody_in() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let tokens: [(TokenOf, &str); 4] = [
        (|claims| signed_by_another("one", claims), "wrong signature"),
        (|claims| signed_by_another("two", claims), "a key that it does not list"),
        (unsigned, "is not one"),
        (|_| "nonsense".into(), "is not one"),
    ];
    for (token, why) in tokens {
        let mut visit = Visit::begin(&server, "");
        provider.give(&token(&provider.claims(visit.asked("nonce"))));
        expect_failure(&server, &visit.come_back(&server), why);
    }
    let mut visit = Visit::begin(&server, "");
    provider.reply(
        "/token",
        Reply::Json(200, json!({"access_token": "a", "token_type": "Bearer"})),
    );
    expect_failure(&server, &visit.come_back(&server), "no id_token");
}

#[test]
fn keys_that_were_changed_meanwhile_are_asked_for_again() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    provider.reply("/jwks", Reply::Json(200, json!({"keys": [public_key("old")]})));
    let mut visit = Visit::begin(&server, "");
    provider.give(&signed(&provider.claims(visit.asked("nonce"))));
    expect_failure(&server, &visit.come_back(&server), "a key that it does not list");
    provider.reply("/jwks", Reply::Json(200, json!({"keys": [public_key("one")]})));
    let mut visit = Visit::begin(&server, "");
    provider.give(&signed(&provider.claims(visit.asked("nonce"))));
    visit.come_back(&server).expect(200, "logged in");
}

#[test]
fn the_verifier_that_the_challenge_was_made_of_is_sent() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "");
    provider.expect_challenge(visit.asked("code_challenge"));
    let claims = provider.claims(visit.asked("nonce"));
    visit.come_back_as(&server, &provider, &claims).expect(200, "logged in");
    // Another browser's verifier does not answer this challenge.
    let mut other = Visit::begin(&server, "");
    let claims = provider.claims(other.asked("nonce"));
    let answer = other.come_back_as(&server, &provider, &claims);
    answer.expect(400, "OpenID Connect did not let you sign in (invalid_grant)");
    expect_nobody(&answer);
}

#[test]
fn user_information_about_somebody_else_is_refused() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "");
    let mut claims = provider.claims(visit.asked("nonce"));
    claims.as_object_mut().expect("claims").remove("email");
    provider.reply(
        "/me",
        Reply::Json(
            200,
            json!({"sub": "2", "email": "admin@localhost", "email_verified": true}),
        ),
    );
    expect_failure(
        &server,
        &visit.come_back_as(&server, &provider, &claims),
        "about somebody else",
    );
    provider.reply(
        "/me",
        Reply::Json(
            200,
            json!({"sub": "1", "email": "other@example.org", "email_verified": true}),
        ),
    );
    let mut visit = Visit::begin(&server, "");
    claims["nonce"] = json!(visit.asked("nonce"));
    let answer = visit.come_back_as(&server, &provider, &claims);
    assert_eq!(claims_of(&answer)["email"], "other@example.org");
}

#[test]
fn answers_that_do_not_end_lead_elsewhere_or_make_no_sense_are_refused() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let elsewhere = provider.issuer.clone() + "/me";
    for (reply, why) in [
        (Reply::Endless, "with more than 262144 bytes"),
        (Reply::Redirect(elsewhere), "not one of OAuth 2"),
        (Reply::Json(500, json!({"a": 1})), "not one of OAuth 2"),
        (Reply::Json(200, json!({"access_token": ""})), "no id_token"),
        (Reply::Json(200, json!([])), "not one of OAuth 2"),
    ] {
        let mut visit = Visit::begin(&server, "");
        provider.reply("/token", reply);
        expect_failure(&server, &visit.come_back(&server), why);
    }
    let mut visit = Visit::begin(&server, "");
    provider.reply("/token", Reply::Json(401, json!({"error": "invalid_client"})));
    visit.come_back(&server).expect(500, "");
    server
        .expect_log("refuses this client (invalid_client): look at client_id and the secret OAUTH_OIDC0_CLIENT_SECRET");
}

/// The others who are served by the same instance do not notice.
#[test]
fn a_provider_that_hangs_is_not_waited_for_long() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let mut visit = Visit::begin(&server, "?redirect_uri=/back");
    provider.reply("/token", Reply::Silence);
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| visit.come_back(&server));
        for _ in 0..10 {
            server.get("/api/auth/v1/status").expect_status(200);
        }
        let answer = hanging.join().expect("an answer");
        answer.expect_status(303);
        let location = answer.header("location").expect("a redirect");
        assert!(
            location.starts_with("/back?alert=OpenID%20Connect%20does%20not%20answer"),
            "{location}"
        );
        assert!(answer.took.as_secs() < 15, "{:?}", answer.took);
        expect_nobody(&answer);
    });
    server.expect_log("did not answer within 10 seconds");
}

#[test]
fn a_provider_that_cannot_be_discovered_is_said_before_anybody_leaves() {
    let provider = IdentityProvider::start();
    let rows = row("oidc0", &provider.issuer) + &row("oidc1", NOBODY) + &row("oidc2", "http://127.0.0.1:10");
    let server = super::start_with(&rows, &[("OIDC0", "a"), ("OIDC1", "a"), ("OIDC2", "a")]);
    let mut configuration = provider.configuration();
    configuration["issuer"] = json!("http://other.example");
    provider.reply("/.well-known/openid-configuration", Reply::Json(200, configuration));
    for (name, why) in [
        ("oidc0", "names another issuer"),
        ("oidc1", "http://127.0.0.1:9 cannot be reached"),
        (
            "oidc2",
            "no grant allows requests to http://127.0.0.1:10: write `guesthouse components export auth`",
        ),
    ] {
        let login = server.get(&format!("/api/auth/v1/oauth/{name}/login"));
        expect_failure(&server, &login, why);
        let told = server.get(&format!("/api/auth/v1/oauth/{name}/login?redirect_uri=/back"));
        told.expect_status(303);
        assert!(
            told.header("location")
                .is_some_and(|location| location.starts_with("/back?alert="))
        );
    }
}
