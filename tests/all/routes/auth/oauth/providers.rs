//! Which providers there are, and what is said to an operator who has not finished setting one up.

use super::{BASE, row, start_with};
use crate::accounts;
use guesthouse_tests::Server;
use serde_json::json;

#[test]
fn providers_are_listed_by_name() {
    accounts::start()
        .get("/api/auth/v1/oauth/providers")
        .expect_json(200, json!({"providers": []}));
    let rows = "INSERT INTO _oauth_provider (name, client_id) VALUES ('google', 'a'), ('discord', 'b');
        INSERT INTO _oauth_provider (name, client_id, display_name, issuer) VALUES ('oidc0', 'c', 'Our House', 'https://id.example');";
    let server = accounts::prepare().migration("U3__providers.sql", rows).start();
    let expected = json!({"providers": [["discord", "Discord"], ["google", "Google"], ["oidc0", "Our House"]]});
    server.get("/api/auth/v1/oauth/providers").expect_json(200, expected);
}

#[test]
fn a_provider_that_is_not_there_is_405() {
    let server = accounts::start();
    for path in [
        "google/login",
        "google/callback?code=a&state=b",
        "nothing/login",
        "%ff/login",
    ] {
        let status = if path.starts_with('%') { 400 } else { 405 };
        server.get(&format!("{BASE}{path}")).expect_status(status);
    }
    let form = server
        .request("POST", &format!("{BASE}google/callback"))
        .body("code=a&state=b");
    form.header("content-type", "application/x-www-form-urlencoded")
        .send()
        .expect(405, "");
}

#[test]
fn a_secret_that_is_missing_is_said_in_the_log() {
    let server = start_with(&row("oidc0", "https://id.example"), &[]);
    server.get(&format!("{BASE}oidc0/login")).expect(500, "");
    server.expect_log(
        "the secret OAUTH_OIDC0_CLIENT_SECRET is not set: write `guesthouse secrets set OAUTH_OIDC0_CLIENT_SECRET`",
    );
    let told = server.get(&format!("{BASE}oidc0/login?redirect_uri=/back"));
    assert_eq!(
        told.header("location"),
        Some("/back?alert=Signing%20in%20by%20OpenID%20Connect%20is%20not%20set%20up%20completely.")
    );
}

#[test]
fn a_row_with_a_mistake_is_refused_with_what_is_wrong() {
    for (columns, values, why) in [
        ("name, client_id", "'other', 'a'", "or oidc0 to oidc3 for any other"),
        (
            "name, client_id",
            "'google', ''",
            "client_id: what the provider calls this server",
        ),
        ("name, client_id", "'oidc0', 'a'", "oidc0 to oidc3 need an issuer"),
        (
            "name, client_id, issuer",
            "'oidc0', 'a', 'id.example'",
            "issuer: an https URL",
        ),
        (
            "name, client_id, issuer",
            "'github', 'a', 'https://id.example'",
            "have none",
        ),
        (
            "name, client_id, auth_url",
            "'oidc0', 'a', 'https://id.example'",
            "all three, or none",
        ),
        ("name, client_id", "'apple', 'a'", "apple needs team_id and key_id"),
    ] {
        let row = format!("INSERT INTO _oauth_provider ({columns}) VALUES ({values});");
        let said = Server::prepare().migration("U1__providers.sql", &row).start_and_fail();
        assert!(said.contains(why), "{row}: {said}");
    }
}
