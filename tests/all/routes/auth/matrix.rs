//! Every route as everybody: a route without a row here fails.

use crate::accounts::{self, ALICE, sign_in};
use guesthouse_tests::binary::project;
use serde_json::json;

/// Method and path; then the status for nobody, for a program, and for a browser that sends cookies and nothing else, all with a body
/// that means nothing.
const ROUTES: &[(&str, &str, [u16; 3])] = &[
    ("GET", "oauth/providers", [200, 200, 200]),
    ("GET", "oauth/{name}/login", [405, 405, 405]),
    ("GET", "oauth/{name}/callback", [405, 405, 405]),
    ("POST", "oauth/{name}/callback", [405, 405, 405]),
    ("POST", "login", [400, 400, 400]),
    ("POST", "login_mfa", [400, 400, 400]),
    ("POST", "login_anonymous", [404, 404, 404]),
    ("POST", "token", [422, 422, 422]),
    ("POST", "refresh", [422, 422, 422]),
    ("GET", "status", [200, 200, 200]),
    ("POST", "logout", [422, 422, 422]),
    ("POST", "change_username", [401, 200, 400]),
    ("GET", "totp/register", [401, 200, 200]),
    ("DELETE", "delete", [401, 200, 400]),
    ("POST", "delete", [401, 200, 400]),
    ("GET", "delete", [401, 200, 401]),
    ("GET", "logout", [200, 200, 200]),
    ("POST", "register", [400, 400, 400]),
    ("POST", "promote_anonymous", [404, 404, 404]),
    ("GET", "verify_email/trigger", [400, 400, 400]),
    ("GET", "verify_email/confirm/{code}", [400, 400, 400]),
    ("POST", "change_email/request", [401, 400, 400]),
    ("GET", "change_email/confirm/{code}", [400, 400, 400]),
    ("POST", "reset_password/request", [400, 400, 400]),
    ("POST", "reset_password/update", [400, 400, 400]),
    ("POST", "otp/request", [404, 404, 404]),
    ("POST", "otp/login", [404, 404, 404]),
    ("GET", "avatar/{id}", [404, 404, 404]),
    ("POST", "avatar", [401, 400, 400]),
    ("DELETE", "avatar", [401, 200, 400]),
    ("GET", "sessions", [401, 200, 200]),
    ("DELETE", "sessions", [401, 200, 400]),
    ("POST", "sessions/revoke", [401, 200, 400]),
    ("DELETE", "sessions/{id}", [401, 404, 400]),
    ("POST", "sessions/{id}/revoke", [401, 404, 400]),
    // The server is asked by its address here, and an address has no passkeys.
    ("POST", "passkey/register/begin", [401, 400, 400]),
    ("POST", "passkey/login/begin", [400, 400, 400]),
    ("GET", "passkey/list", [401, 200, 200]),
    ("DELETE", "passkey/{id}", [401, 404, 400]),
    ("POST", "passkey/{id}/delete", [401, 404, 400]),
];
/// These look at their body before they look at who calls: without one it is not said what is wrong with it.
const ROUTES_WITH_BODIES: &[(&str, &str, &str, [u16; 3])] = &[
    (
        "POST",
        "change_password",
        r#"{"old_password": "x", "new_password": "x"}"#,
        [401, 400, 400],
    ),
    (
        "POST",
        "totp/confirm",
        r#"{"totp_url": "x", "totp": "x"}"#,
        [401, 400, 400],
    ),
    ("POST", "totp/unregister", r#"{"totp": "x"}"#, [401, 400, 400]),
    (
        "POST",
        "passkey/register/finish",
        r#"{"credential": {}}"#,
        [401, 400, 400],
    ),
    ("POST", "passkey/login/finish", r#"{"credential": {}}"#, [400, 400, 400]),
    ("PATCH", "passkey/{id}", r#"{"name": "x"}"#, [401, 404, 400]),
    ("POST", "passkey/{id}/rename", r#"{"name": "x"}"#, [401, 404, 400]),
];

/// An id that nothing has.
const NOTHINGS_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA==";

#[test]
fn every_route_says_to_everybody_what_it_should() {
    let rows = ROUTES
        .iter()
        .map(|(method, path, statuses)| (*method, *path, "{}", *statuses));
    let more = "INSERT INTO _user (email, password_hash) SELECT value, password_hash FROM _user, json_each('[\"get@example.org\", \"post@example.org\", \"delete@example.org\"]')
        WHERE username = 'alice';";
    let server = accounts::prepare().migration("U2__more.sql", more).start();
    for (method, path, body, expected) in rows.chain(ROUTES_WITH_BODIES.iter().copied()) {
        let path = path.replace("{id}", NOTHINGS_ID).replace("{code}", NOTHINGS_ID);
        let ask = |name: &str, value: &str| {
            let request = server
                .request(method, &format!("/api/auth/v1/{path}"))
                .header(name, value);
            match method {
                "GET" | "DELETE" => request.send().status,
                _ => request.json(&serde_json::from_str(body).expect("JSON")).send().status,
            }
        };
        // Somebody of their own, since a route may end the session or the account.
        let name = format!("{}@example.org", method.to_lowercase());
        let who = if path == "delete" { name.as_str() } else { ALICE };
        let nobody = ask("x-nothing", "");
        let browser = ask("cookie", &sign_in(&server, who).cookies());
        let program = ask("authorization", &sign_in(&server, who).bearer());
        assert_eq!([nobody, program, browser], expected, "{method} {path}");
    }
}

#[test]
fn no_route_is_without_a_row() {
    let source = std::fs::read_to_string(project().join("builtins/auth/src/routes/mod.rs")).expect("the routes");
    let mut found = Vec::new();
    for piece in source.split(".with(").skip(1) {
        let texts: Vec<&str> = piece.split('"').collect();
        found.push((
            texts[1].to_owned(),
            texts[3].trim_start_matches("/api/auth/v1/").to_owned(),
        ));
    }
    let mut rows: Vec<_> = ROUTES
        .iter()
        .map(|(method, path, _)| (method.to_string(), path.to_string()))
        .collect();
    rows.extend(
        ROUTES_WITH_BODIES
            .iter()
            .map(|(method, path, ..)| (method.to_string(), path.to_string())),
    );
    found.sort();
    rows.sort();
    assert_eq!(found, rows);
}

#[test]
fn what_is_no_route_is_not_found() {
    let server = accounts::start();
    for path in ["", "nothing", "login/", "login/x", "oauth/nothing", "verify_email"] {
        server.get(&format!("/api/auth/v1/{path}")).expect_status(404);
    }
    server.get("/api/auth/v1/login").expect_status(405);
    server
        .request("PUT", "/api/auth/v1/status")
        .json(&json!({}))
        .send()
        .expect_status(405);
}
