//! What strangers write is shown, and never obeyed.

use super::open;
use crate::accounts::{self, ALICE, sign_in};

const ATTACK: &str = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%3Cimg%20src=x%20onerror=alert(1)%3E";

#[track_caller]
fn expect_harmless(text: &str) {
    for tag in ["<script>", "<img src=x", "'<img"] {
        assert!(!text.contains(tag), "{text}");
    }
}

#[test]
fn queries_are_text() {
    let server = accounts::prepare_with("enable_otp_signin", "1").start();
    let alice = sign_in(&server, ALICE);
    for page in [
        "login?alert=",
        "login?email_or_username=",
        "login?redirect_uri=/a",
        "login?redirect_uri=",
        "login?response_type=",
        "login?pkce_code_challenge=",
        "mfa?mfa_token=",
        "mfa?mfa_token=x&alert=",
        "nothing",
        "register?email=",
        "register?alert=",
        "check_mail?alert=",
        "reset_password/request?alert=",
        "reset_password/update?code=",
        "reset_password/update?code=x&alert=",
        "reset_password/update?code=x&redirect_uri=/",
        "otp?email=",
        "otp?username=",
        "profile?alert=",
        "totp?setup=",
        "totp?alert=",
        "logout?redirect_uri=/a",
        "delete?alert=",
    ] {
        for who in [None, Some(&alice)] {
            expect_harmless(&open(&server, &format!("{page}{ATTACK}"), who).text());
        }
    }
    let shown = open(&server, &format!("login?alert={ATTACK}"), None).text();
    assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{shown}");
}

#[test]
fn what_is_too_long_is_not_shown() {
    let server = accounts::start();
    let page = open(&server, &format!("login?alert={}", "a".repeat(257)), None).text();
    assert!(!page.contains("aaaa"), "{page}");
    let page = open(&server, &format!("login?alert={}", "a".repeat(256)), None).text();
    assert!(page.to_lowercase().contains(&"a".repeat(256)), "{page}");
}

/// Whatever got into the table, such as by an import.
#[test]
fn names_and_clients_are_text() {
    let attack = "<script>alert(1)</script>";
    let rename = format!("UPDATE _user SET username = '{attack}' WHERE username = 'alice';");
    let server = accounts::prepare().migration("U2__name.sql", &rename).start();
    let request = server
        .request("POST", "/api/auth/v1/login")
        .header("user-agent", attack);
    let body = serde_json::json!({"email": ALICE, "password": accounts::PASSWORD});
    let alice = accounts::Tokens::of(&request.json(&body).send());
    for page in ["profile", "delete", "logout", "totp"] {
        let text = open(&server, page, Some(&alice)).expect_status(200).text();
        expect_harmless(&text);
    }
    let text = open(&server, "profile", Some(&alice)).text();
    assert_eq!(
        text.matches("&lt;script&gt;").count(),
        3,
        "name, field and client: {text}"
    );
}
