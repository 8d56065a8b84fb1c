//! The header fields that tell a browser to obey nothing but the page.

use super::{PAGES, open};
use crate::accounts::{self, ALICE, sign_in};
use guesthouse_tests::Answer;

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy").expect("a policy")
}

#[test]
fn every_page_is_strict() {
    let server = accounts::prepare_with("enable_otp_signin", "1").start();
    let alice = sign_in(&server, ALICE);
    let challenge =
        "response_type=code&redirect_uri=/x&pkce_code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for (page, _) in PAGES {
        // With a challenge the page for signing in is shown to somebody signed in too.
        let answer = open(&server, &format!("{page}?mfa_token=x&code=x&{challenge}"), Some(&alice));
        assert!(matches!(answer.status, 200 | 404), "{page}: {}", answer.status);
        let policy = policy(&answer);
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self' data:;"),
            "{policy}"
        );
        assert!(
            policy.ends_with("form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{page}");
        }
        let text = answer.text();
        assert!(
            !text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick"),
            "{text}"
        );
        for part in ["<html lang=\"en\">", "<h1>", "<title>", "name=\"viewport\""] {
            assert_eq!(text.matches(part).count(), 1, "{part} in {page}");
        }
        for input in text.split("<input").skip(1).filter(|input| input.contains(" id=\"")) {
            let id = input
                .split(" id=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .expect("an id");
            assert!(text.contains(&format!("for=\"{id}\"")), "{id} in {page} has no label");
        }
    }
}

#[test]
fn a_form_may_lead_to_the_app_that_is_signed_in_to() {
    let setting = "INSERT INTO _auth_setting (name, value) VALUES ('custom_uri_schemes', 'my-app'),
        ('redirect_uri_allowlist', 'https://other.example:8443/back;script-src')";
    let server = accounts::prepare().migration("U2__setting.sql", setting).start();
    for (place, target) in [
        ("my-app://back", " my-app:"),
        (
            "https://other.example:8443/back;script-src",
            " https://other.example:8443",
        ),
        ("/notes", ""),
    ] {
        for page in ["login", "mfa"] {
            let answer = open(&server, &format!("{page}?mfa_token=x&redirect_uri={place}"), None);
            let expected = format!("form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'");
            assert!(policy(&answer).ends_with(&expected), "{}", policy(&answer));
            assert!(!policy(&answer).contains("script-src"), "{}", policy(&answer));
        }
    }
}

/// Passkeys are for names, so the script is where the server is called by one.
#[test]
fn the_script_is_a_file_of_this_server_and_nothing_runs_beside_it() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    for (page, cookies) in [("login", String::new()), ("profile", alice.cookies())] {
        let request = server
            .request("GET", &format!("/_/auth/{page}"))
            .header("cookie", &cookies);
        let answer = request.header("host", "localhost").send();
        answer.expect_status(200);
        let expected = "img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self';";
        assert!(policy(&answer).contains(expected), "{}", policy(&answer));
        let text = answer.text();
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        assert!(text.contains("<script src=\"/_/auth/passkeys.js?v="), "{text}");
        assert!(!open(&server, page, Some(&alice)).text().contains("<script"));
    }
}

#[test]
fn pages_are_read_and_nothing_else() {
    let server = accounts::start();
    server.request("POST", "/_/auth/login").send().expect_status(405);
    let answer = server.request("HEAD", "/_/auth/login").send();
    answer.expect(200, "");
}
