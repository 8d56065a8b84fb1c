//! Who is shown a page, and who is sent where.

use super::{PAGES, field, open};
use crate::accounts::{self, ALICE, is_signed_in, sign_in};

#[test]
fn nobody_is_asked_to_sign_in_and_comes_back() {
    let server = accounts::start();
    for (page, _) in PAGES.iter().filter(|(_, is_for_members)| *is_for_members) {
        let answer = open(&server, &format!("{page}?alert=hello"), None);
        answer.expect(303, "");
        let place = format!("/_/auth/login?redirect_uri=%2F_%2Fauth%2F{page}&alert=hello");
        assert_eq!(answer.header("location"), Some(&*place));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        open(&server, page, Some(&sign_in(&server, ALICE))).expect_status(200);
    }

    let request = server.request("GET", "/_/auth/profile");
    request
        .header("cookie", "auth_token=nonsense; refresh_token=nonsense")
        .send()
        .expect(303, "");
}

#[test]
fn who_is_signed_in_already_is_sent_on() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    for (page, place) in [
        ("", "/_/auth/profile"),
        ("login", "/_/auth/profile"),
        ("login?redirect_uri=/notes%3Fa=b", "/notes?a=b"),
        ("login?alert=hello", "/_/auth/profile?alert=hello"),
        ("login?redirect_uri=/_/auth/login", "/_/auth/login"),
    ] {
        let answer = open(&server, page, Some(&alice));
        answer.expect(303, "");
        assert_eq!(answer.header("location"), Some(place), "{page}");
    }
}

/// Whatever opens the page would otherwise be given a code of whoever has the browser, without a word.
#[test]
fn an_app_gets_its_code_from_somebody_who_signs_in_for_it() {
    let server = accounts::prepare_with("custom_uri_schemes", "'my-app'").start();
    let alice = sign_in(&server, ALICE);
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let page = format!("login?response_type=code&pkce_code_challenge={challenge}&redirect_uri=my-app://back");
    let answer = open(&server, &page, Some(&alice));
    answer.expect_status(200);
    assert_eq!(field(&answer, "pkce_code_challenge"), challenge);
}

#[test]
fn people_are_sent_nowhere_but_to_where_redirects_may() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    for place in [
        "//evil.example",
        "/%5Cevil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "my-app:x",
        "/%252f/evil.example",
        "https://localhost@evil.example",
    ] {
        for page in [
            "login",
            "mfa",
            "logout",
            "register",
            "check_mail",
            "reset_password/request",
            "reset_password/update",
        ] {
            for who in [None, Some(&alice)] {
                let answer = open(&server, &format!("{page}?redirect_uri={place}"), who);
                answer.expect_status(400);
                assert!(!answer.text().contains("evil"), "{page} {place}");
                assert_eq!(answer.header("location"), None);
            }
        }
    }
    open(&server, "login?response_type=code&redirect_uri=/", None).expect_status(400);
    open(&server, "login?pkce_code_challenge=x", None).expect_status(400);
}

#[test]
fn what_somebody_came_with_goes_along_with_every_step() {
    let server = accounts::start();
    let page = open(&server, "login?redirect_uri=/notes%3Fa=b", None);
    assert_eq!(field(&page, "redirect_uri"), "/notes?a=b");
    assert_eq!(
        field(&page, "mfa_redirect_uri"),
        "/_/auth/mfa?redirect_uri=%2Fnotes%3Fa%3Db"
    );
    let page = open(&server, "mfa?redirect_uri=/notes&mfa_token=abc", None);
    assert_eq!(field(&page, "redirect_uri"), "/notes");
    assert_eq!(field(&page, "mfa_token"), "abc");
    let answer = open(&server, "mfa?redirect_uri=/notes", None);
    assert_eq!(answer.header("location"), Some("/_/auth/login?redirect_uri=%2Fnotes"));
}

#[test]
fn a_link_signs_nobody_out() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    open(&server, "logout?redirect_uri=/bye", Some(&alice)).expect_status(200);
    assert!(is_signed_in(&server, &alice));
    let answer = open(&server, "logout?redirect_uri=/bye", None);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/bye")));
}

#[test]
fn a_browser_that_forgot_its_auth_token_can_send_forms_all_the_same() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let request = server.request("GET", "/_/auth/profile");
    let page = request
        .header("cookie", &format!("refresh_token={}", alice.refresh))
        .send();
    page.expect_status(200);
    let cookie = page.header("set-cookie").expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair");
    let form = format!(
        "csrf_token={}&new_username=alicia&redirect_uri=/x",
        field(&page, "csrf_token")
    );
    let request = server
        .request("POST", "/api/auth/v1/change_username")
        .header("cookie", cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        request.body(form).send().header("location"),
        Some("/x?alert=username%20changed")
    );
}

#[test]
fn the_request_token_is_that_of_the_cookie() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let page = open(&server, "profile", Some(&alice));
    assert_eq!(field(&page, "csrf_token"), alice.csrf);
    assert_eq!(page.header("set-cookie"), None);
}

/// Each way is offered where it is set up, and leads where somebody wanted to go.
#[test]
fn ways_to_sign_in_are_those_that_there_are() {
    let server = accounts::start();
    let page = open(&server, "login?redirect_uri=/notes", None).text();
    for absent in ["oauth", "Get a code", "without an account", "passkey"] {
        assert!(!page.contains(absent), "{absent} in {page}");
    }
    let settings = "INSERT INTO _auth_setting (name, value) VALUES
            ('disable_password_auth', 1), ('enable_otp_signin', 1), ('enable_anonymous_signin', 1);
        INSERT INTO _oauth_provider (name, client_id, display_name) VALUES ('github', 'x', '<i>Git</i>');";
    let server = accounts::prepare().migration("U2__ways.sql", settings).start();
    let page = open(&server, "login?redirect_uri=/notes", None).text();
    assert!(
        !page.contains("type=\"password\"") && !page.contains("Create an account"),
        "{page}"
    );
    assert!(page.contains("Continue with &lt;i&gt;Git&lt;/i&gt;"), "{page}");
    let link = "href=\"/api/auth/v1/oauth/github/login?redirect_uri=%2Fnotes&amp;error_redirect_uri=%2F_%2Fauth%2Flogin%3Fredirect_uri%3D%252Fnotes\"";
    assert!(page.contains(link), "{page}");
    assert!(
        page.contains("Get a code by e-mail") && page.contains("Continue without an account"),
        "{page}"
    );
    open(&server, "register", None).expect_status(303);
}
