//! What a browser is told about pages of other origins.

use guesthouse_tests::{Answer, Server};

const PAGE: &str = "https://app.example.com";

fn ask_first(server: &Server, origin: &str, path: &str) -> Answer {
    server
        .request("OPTIONS", path)
        .header("origin", origin)
        .header("access-control-request-method", "PATCH")
        .header(
            "access-control-request-headers",
            "authorization,content-type,credentials",
        )
        .send()
}

#[test]
fn every_page_is_let_in_by_default_without_cookies() {
    let server = Server::start();
    let answer = ask_first(&server, PAGE, "/api/records/v1/notes/1");
    answer.expect(200, "");
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-methods"), Some("PATCH"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("authorization,content-type,credentials")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None);

    let answer = server.request("GET", "/api/healthcheck").header("origin", PAGE).send();
    answer.expect(200, "Ok");
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")));
    assert_eq!(
        server.get("/api/healthcheck").header("access-control-allow-origin"),
        None
    );
}

#[test]
fn origins_that_are_not_listed_are_told_nothing() {
    let server = Server::prepare()
        .argument("--cors-allowed-origins=https://other.example.org,https://APP.example.com:443")
        .start();
    for (origin, allowed) in [
        (PAGE, Some(PAGE)),
        ("https://evil.example.com", None),
        ("http://app.example.com", None),
        ("https://app.example.com.evil.example", None),
        ("null", None),
    ] {
        let answer = ask_first(&server, origin, "/api/healthcheck");
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}");
    }
}

#[test]
fn cookies_come_along_in_development_alone() {
    let server = Server::prepare().argument("--dev").start();
    let answer = ask_first(&server, PAGE, "/api/healthcheck");
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
}

#[test]
fn no_page_is_let_into_the_control_api() {
    let server = Server::start();
    let answer = ask_first(&server, PAGE, "/_/control/components");
    answer.expect_status(401);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn an_origin_that_is_none_is_refused_at_the_start() {
    let log = Server::prepare()
        .argument("--cors-allowed-origins=app.example.com")
        .start_and_fail();
    assert!(
        log.contains("`app.example.com` must be `*`, `http://HOST[:PORT]`"),
        "{log}"
    );
}
