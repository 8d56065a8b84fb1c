//! Which account somebody gets: theirs, the one with their address if both sides have verified it, or a new one.

use super::{Visit, claims_of, claims_with, expect_nobody, row, sign_in_as, start};
use crate::accounts::{ALICE, sign_in};
use guesthouse_tests::Server;
use guesthouse_tests::identity_provider::IdentityProvider;
use serde_json::json;

fn accounts(server: &Server) -> String {
    server.cli(&["user", "list"]).expect_success().stdout
}

#[test]
fn a_verified_address_opens_the_account_that_has_verified_it_too() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let by_password = crate::accounts::claims(&sign_in(&server, ALICE).auth);
    let answer = sign_in_as(&server, &provider, "email", json!("Alice@Example.org"));
    let by_provider = claims_of(&answer);
    assert_eq!(by_provider["sub"], by_password["sub"]);
    // From now on it is theirs whatever address the provider gives.
    let answer = sign_in_as(&server, &provider, "email", json!("renamed@example.org"));
    assert_eq!(
        (&claims_of(&answer)["sub"], &claims_of(&answer)["email"]),
        (&by_password["sub"], &json!(ALICE))
    );
    assert!(!accounts(&server).contains("renamed@example.org"));
    sign_in(&server, ALICE);
}

#[test]
fn an_address_that_the_provider_has_not_verified_opens_nothing() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let before = accounts(&server);
    for said in [json!(false), json!("false"), json!(null), json!(0)] {
        let mut visit = Visit::begin(&server, "");
        let mut claims = claims_with(&provider, &visit, "email", json!(ALICE));
        claims["email_verified"] = said;
        let answer = visit.come_back_as(&server, &provider, &claims);
        answer.expect(
            400,
            "your e-mail address is not verified at OpenID Connect: verify it there, and sign in again",
        );
        expect_nobody(&answer);
    }
    assert_eq!(accounts(&server), before);
}

/// `new@example.org` is the address of an account that has not verified it: whoever made that account may be anybody.
#[test]
fn an_account_that_has_not_verified_the_address_is_left_alone() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    let answer = sign_in_as(&server, &provider, "email", json!("new@example.org"));
    let claims = claims_of(&answer);
    assert_eq!(
        (&claims["email"], &claims["username"]),
        (&json!("new@example.org"), &json!(null))
    );
    let listed = accounts(&server);
    assert_eq!(listed.matches("new@example.org").count(), 2, "{listed}");
}

#[test]
fn where_nobody_can_register_a_provider_opens_accounts_and_makes_none() {
    let provider = IdentityProvider::start();
    let closed = "INSERT INTO _auth_setting (name, value) VALUES ('disable_registration', 1);";
    let server = start(&(row("oidc0", &provider.issuer) + closed));
    let before = accounts(&server);
    let answer = sign_in_as(&server, &provider, "email", json!("stranger@example.org"));
    answer.expect(
        400,
        "nobody can register here, and there is no account with your e-mail address",
    );
    expect_nobody(&answer);
    assert_eq!(accounts(&server), before);
    claims_of(&sign_in_as(&server, &provider, "email", json!(ALICE)));
}

/// Addresses are given to somebody else in the course of time.
#[test]
fn an_account_is_one_persons_at_a_provider() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    sign_in_as(&server, &provider, "email", json!(ALICE)).expect(200, "logged in");
    let mut visit = Visit::begin(&server, "");
    let mut claims = claims_with(&provider, &visit, "email", json!(ALICE));
    claims["sub"] = json!("2");
    let answer = visit.come_back_as(&server, &provider, &claims);
    answer.expect_status(400);
    assert!(answer.text().contains("belongs to somebody else"), "{}", answer.text());
    expect_nobody(&answer);
}

#[test]
fn the_same_person_at_another_provider_is_another_person() {
    let (one, other) = (IdentityProvider::start(), IdentityProvider::start());
    let rows = row("oidc0", &one.issuer) + &row("oidc1", &other.issuer);
    let server = super::start_with(&rows, &[("OIDC0", "a"), ("OIDC1", "a")]);
    let first = claims_of(&sign_in_as(&server, &one, "email", json!("first@example.org")));
    let mut visit = Visit::begin_by(&server, "oidc1", "");
    let claims = claims_with(&other, &visit, "email", json!("second@example.org"));
    let second = claims_of(&visit.come_back_as(&server, &other, &claims));
    assert_ne!(first["sub"], second["sub"]);
    assert_eq!((&first["provider"], &second["provider"]), (&json!(2), &json!(3)));
    // Both may be tied to the account with an address that all have verified.
    let mut visit = Visit::begin_by(&server, "oidc1", "");
    let mut claims = claims_with(&other, &visit, "email", json!("first@example.org"));
    claims["sub"] = json!("3");
    assert_eq!(
        claims_of(&visit.come_back_as(&server, &other, &claims))["sub"],
        first["sub"]
    );
}

#[test]
fn somebody_without_an_address_is_told_and_an_account_that_is_deleted_is_made_anew() {
    let provider = IdentityProvider::start();
    let server = start(&row("oidc0", &provider.issuer));
    sign_in_as(&server, &provider, "email", json!("")).expect(
        400,
        "OpenID Connect gave no e-mail address: allow it there to give yours, and sign in again",
    );
    let first = claims_of(&sign_in_as(&server, &provider, "email", json!("gone@example.org")));
    server.cli(&["user", "delete", "gone@example.org"]).expect_success();
    let second = claims_of(&sign_in_as(&server, &provider, "email", json!("gone@example.org")));
    assert_ne!(first["sub"], second["sub"]);
}
