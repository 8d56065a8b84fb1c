//! `POST login`.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, post};
use guesthouse_tests::Server;
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";

fn attempt(server: &Server, email: &str, password: &str) -> u16 {
    post(server, "login", json!({"email": email, "password": password})).status
}

#[test]
fn a_wrong_password_and_an_unknown_account_are_answered_alike() {
    let server = accounts::start();
    for body in [
        json!({"email": ALICE, "password": "wrong"}),
        json!({"email": "nobody@example.org", "password": PASSWORD}),
        json!({"username": "nobody", "password": PASSWORD}),
        json!({"email_or_username": "not an address @", "password": PASSWORD}),
        json!({"email": "' OR 1=1 --@b", "password": PASSWORD}),
        json!({"email": "new@example.org", "password": PASSWORD}),
        json!({"username": "new", "password": PASSWORD}),
    ] {
        let answer = post(&server, "login", body.clone());
        assert_eq!((answer.status, answer.text()), (401, String::new()), "{body}");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn a_body_that_names_no_account_or_password_is_refused() {
    let server = accounts::start();
    for body in [
        json!({}),
        json!({"email": ALICE}),
        json!({"password": PASSWORD}),
        json!({"email": null, "password": PASSWORD}),
        json!({"email": ALICE, "username": "alice", "password": PASSWORD}),
        json!({"email": 1, "password": PASSWORD}),
        json!([1]),
    ] {
        post(&server, "login", body).expect_status(400);
    }
    let send = |content_type: &str, body: Vec<u8>| {
        let request = server.request("POST", "/api/auth/v1/login");
        request.header("content-type", content_type).body(body).send().status
    };
    assert_eq!(send("text/plain", b"a".to_vec()), 400);
    assert_eq!(send("application/json", b"{".to_vec()), 400);
    assert_eq!(send("multipart/form-data", b"a".to_vec()), 400);
    assert_eq!(send(FORM, vec![b'a'; 65 * 1024]), 413);
}

#[test]
fn after_three_wrong_passwords_the_right_one_is_not_looked_at_either() {
    let server = accounts::start();
    for email in [ALICE, "nobody@example.org"] {
        for _ in 0..3 {
            assert_eq!(attempt(&server, email, "wrong"), 401);
        }
        let answer = post(
            &server,
            "login",
            json!({"email": email.to_uppercase(), "password": PASSWORD}),
        );
        answer.expect(429, "");
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(
        attempt(&server, "admin@localhost", PASSWORD),
        200,
        "others are not held up"
    );
}

#[test]
fn guesses_at_once_are_no_more_than_guesses_one_by_one() {
    let server = accounts::start();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| attempt(&server, ALICE, "wrong")))
            .collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().expect("a guess"))
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 401).count(),
        3,
        "{statuses:?}"
    );
    assert_eq!(attempt(&server, ALICE, PASSWORD), 429);
}

#[test]
fn a_right_password_makes_wrong_ones_forgotten() {
    let server = accounts::start();
    for _ in 0..3 {
        assert_eq!(attempt(&server, ALICE, "wrong"), 401);
        assert_eq!(attempt(&server, ALICE, "wrong"), 401);
        assert_eq!(attempt(&server, ALICE, PASSWORD), 200);
    }
}

#[test]
fn a_place_of_somebody_elses_is_refused_whoever_asks() {
    let server = accounts::start();
    for place in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/%2fevil.example",
    ] {
        for password in [PASSWORD, "wrong"] {
            let body = json!({"email": ALICE, "password": password, "redirect_uri": place});
            post(&server, "login", body).expect(400, "invalid redirect");
        }
    }
    let origin = format!("http://{}", server.address());
    for place in [
        format!("{origin}@evil.example"),
        format!("{origin}.evil.example"),
        origin.replace("http:", "https:"),
    ] {
        let body = json!({"email": ALICE, "password": PASSWORD, "redirect_uri": place});
        post(&server, "login", body).expect(400, "invalid redirect");
    }
}

#[test]
fn a_challenge_and_the_wish_for_a_code_belong_together() {
    let server = accounts::start();
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for wish in [
        json!({"pkce_code_challenge": challenge}),
        json!({"response_type": "code", "redirect_uri": "/"}),
        json!({"response_type": "code", "pkce_code_challenge": challenge}),
        json!({"response_type": "code", "redirect_uri": "/", "pkce_code_challenge": "short"}),
        json!({"response_type": "tokens"}),
    ] {
        let mut body = wish.clone();
        body["email"] = ALICE.into();
        body["password"] = PASSWORD.into();
        assert_eq!(post(&server, "login", body).status, 400, "{wish}");
    }
}

#[test]
fn nobody_signs_in_by_a_password_where_that_is_off() {
    let server = accounts::prepare_with("disable_password_auth", "1").start();
    assert_eq!(attempt(&server, ALICE, PASSWORD), 401);
}

#[test]
fn a_password_opens_a_session_however_the_account_is_named() {
    let server = accounts::start();
    for body in [
        json!({"email": ALICE, "password": PASSWORD}),
        json!({"email": " Alice@Example.org ", "password": PASSWORD, "username": null, "unknown": {}}),
        json!({"username": "ALICE", "password": PASSWORD}),
        json!({"email_or_username": "alice", "password": PASSWORD}),
        json!({"email_or_username": ALICE, "password": PASSWORD, "response_type": "token"}),
    ] {
        let answer = post(&server, "login", body);
        let tokens = Tokens::of(&answer);
        assert_eq!(
            (answer.header("set-cookie"), answer.header("cache-control")),
            (None, Some("no-store"))
        );
        assert_eq!(tokens.refresh.len(), 86);
        let claims = accounts::claims(&tokens.auth);
        assert_eq!(
            (
                &claims["email"],
                &claims["username"],
                &claims["type"],
                &claims["provider"]
            ),
            (&ALICE.into(), &"alice".into(), &1.into(), &0.into())
        );
        assert_eq!(
            (&claims["admin"], &claims["csrf_token"]),
            (&Value::Null, &tokens.csrf.as_str().into())
        );
        assert_eq!(claims["sub"].as_str().map(str::len), Some(24));
        assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|made| made + 3600));
    }
    let admin = accounts::sign_in(&server, "admin@localhost");
    assert_eq!(accounts::claims(&admin.auth)["admin"], true);
    assert_eq!(accounts::claims(&admin.auth)["username"], Value::Null);
}

#[test]
fn a_form_is_answered_with_cookies() {
    let server = accounts::start();
    let send = |path: &str, body: &str| {
        let request = server.request("POST", path).header("content-type", FORM);
        request.body(body).send()
    };
    let answer = send(
        "/api/auth/v1/login",
        "email=alice%40example.org&password=secret&redirect_uri=",
    );
    answer.expect(200, "logged in");
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].starts_with("auth_token=ey"), "{cookies:?}");
    assert!(
        cookies[0].ends_with("; HttpOnly; Path=/; SameSite=Strict; Max-Age=3600"),
        "{cookies:?}"
    );
    assert!(cookies[1].starts_with("refresh_token="), "{cookies:?}");
    assert!(
        cookies[1].ends_with("; HttpOnly; Path=/; SameSite=Strict; Max-Age=2592000"),
        "{cookies:?}"
    );

    let answer = send(
        "/api/auth/v1/login?redirect_uri=/home%3Fa=b",
        "email=alice%40example.org&password=secret&redirect_uri=/other",
    );
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/home?a=b"));
    assert!(answer.header("set-cookie").is_some());

    let parts = "--x\r\ncontent-disposition: form-data; name=\"username\"\r\n\r\nalice\r\n--x\r\n\
                 content-disposition: form-data; name=\"password\"\r\n\r\nsecret\r\n--x--\r\n";
    let request = server.request("POST", "/api/auth/v1/login");
    let answer = request
        .header("content-type", "multipart/form-data; boundary=x")
        .body(parts)
        .send();
    answer.expect(200, "logged in");
}

#[test]
fn cookies_are_for_https_alone_where_the_server_is_reached_so() {
    let server = accounts::prepare()
        .argument("--public-url")
        .argument("https://example.org")
        .start();
    let request = server.request("POST", "/api/auth/v1/login?redirect_uri=https://example.org/home");
    let answer = request
        .header("content-type", FORM)
        .body("email=alice%40example.org&password=secret")
        .send();
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("https://example.org/home"));
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(
            cookie.to_str().is_ok_and(|text| text.ends_with("; Secure")),
            "{cookie:?}"
        );
    }
}
