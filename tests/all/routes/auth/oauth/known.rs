//! Providers that are known: where their answers say who somebody is, and where the browser is sent.

use super::{BASE, Visit, claims_of, expect_nobody, fields, start_with};
use guesthouse_tests::Server;
use guesthouse_tests::identity_provider::{IdentityProvider, Reply};
use serde_json::{Value, json};

/// A server that speaks OAuth 2 alone, as the rows of other programs describe it.
fn plain(name: &str, provider: &IdentityProvider) -> String {
    let at = &provider.issuer;
    format!(
        "INSERT INTO _oauth_provider (name, client_id, auth_url, token_url, user_api_url) \
         VALUES ('{name}', 'client', '{at}/auth', '{at}/token', '{at}/me');"
    )
}

#[track_caller]
fn sign_in(server: &Server, provider: &IdentityProvider, name: &str, user: Value) -> guesthouse_tests::Answer {
    let mut visit = Visit::begin_by(server, name, "?redirect_uri=/_/auth/expected");
    provider.reply(
        "/token",
        Reply::Json(
            200,
            json!({"access_token": "a", "token_type": "bearer", "scope": ["a", "b"]}),
        ),
    );
    provider.reply("/me", Reply::Json(200, user));
    visit.come_back(server)
}

#[test]
fn a_server_without_id_tokens_is_asked_who_somebody_is() {
    let provider = IdentityProvider::start();
    let server = start_with(&plain("oidc0", &provider), &[("OIDC0", "a")]);
    let user = json!({"sub": "joana", "email": "joana@example.org", "email_verified": true});
    let answer = sign_in(&server, &provider, "oidc0", user);
    answer.expect_status(303);
    assert_eq!(answer.header("location"), Some("/_/auth/expected"));
    assert_eq!(claims_of(&answer)["email"], "joana@example.org");
    let answer = sign_in(
        &server,
        &provider,
        "oidc0",
        json!({"sub": "2", "email": "b@example.org"}),
    );
    expect_nobody(&answer);
}

#[test]
fn github_has_a_list_of_addresses() {
    let provider = IdentityProvider::start();
    let server = start_with(&plain("github", &provider), &[("GITHUB", "a")]);
    let user = json!({"id": 583_231, "email": "shown@example.org"});
    let list = |is_verified: bool| {
        json!([{"email": "other@example.org", "primary": false, "verified": true},
        {"email": "octo@example.org", "primary": true, "verified": is_verified}])
    };
    provider.reply("/me/emails", Reply::Json(200, list(false)));
    let answer = sign_in(&server, &provider, "github", user.clone());
    expect_nobody(&answer);
    assert!(
        answer
            .header("location")
            .is_some_and(|location| location.contains("not%20verified%20at%20GitHub"))
    );
    provider.reply("/me/emails", Reply::Json(200, list(true)));
    let claims = claims_of(&sign_in(&server, &provider, "github", user));
    assert_eq!(
        (&claims["email"], &claims["provider"]),
        (&json!("octo@example.org"), &json!(17))
    );
}

/// X gives no address: whoever comes from there has an account without one, and the same one each time.
#[test]
fn an_account_may_have_no_address() {
    let provider = IdentityProvider::start();
    let server = start_with(&plain("x", &provider), &[("X", "a")]);
    let user = json!({"data": {"id": "2244", "name": "X"}});
    let first = claims_of(&sign_in(&server, &provider, "x", user.clone()));
    assert_eq!((&first["email"], &first["provider"]), (&Value::Null, &json!(18)));
    let second = claims_of(&sign_in(&server, &provider, "x", user));
    assert_eq!(first["sub"], second["sub"]);
    let other = claims_of(&sign_in(&server, &provider, "x", json!({"data": {"id": "2245"}})));
    assert_ne!(first["sub"], other["sub"]);
}

#[test]
fn each_known_provider_is_told_what_it_wants_to_know() {
    let names = [
        "discord",
        "facebook",
        "github",
        "gitlab",
        "google",
        "microsoft",
        "twitch",
        "x",
        "yandex",
    ];
    let mut rows: String = names
        .iter()
        .map(|name| format!("INSERT INTO _oauth_provider (name, client_id) VALUES ('{name}', 'client');"))
        .collect();
    rows += "INSERT INTO _oauth_provider (name, client_id, team_id, key_id) VALUES ('apple', 'client', 'TEAM', 'KEY');";
    let capitals: Vec<_> = names.iter().chain(&["apple"]).map(|name| name.to_uppercase()).collect();
    let secrets: Vec<_> = capitals.iter().map(|name| (name.as_str(), "a")).collect();
    let server = start_with(&rows, &secrets);
    for name in names.iter().chain(&["apple"]) {
        let answer = server.get(&format!("{BASE}{name}/login"));
        answer.expect_status(303);
        let location = answer.header("location").expect("a redirect");
        let (place, query) = location.split_once('?').expect("a query");
        assert!(place.starts_with("https://"), "{place}");
        let asked = fields(query);
        let has = |field: &str| asked.iter().any(|(name, _)| name == field);
        assert!(
            has("state") && has("redirect_uri") && has("client_id") && has("scope"),
            "{asked:?}"
        );
        assert_eq!(has("code_challenge"), !["apple", "twitch"].contains(name), "{name}");
        let has_id_tokens = ["apple", "gitlab", "google", "microsoft", "twitch"].contains(name);
        assert_eq!(has("nonce"), has_id_tokens, "{name}");
        assert_eq!(has("response_mode"), *name == "apple", "{name}");
    }
}
