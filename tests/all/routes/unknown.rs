//! Paths that nobody serves, and requests that are no HTTP.

use guesthouse_tests::Server;
use guesthouse_tests::raw::{self, Raw};

#[test]
fn an_unknown_path_is_not_found() {
    let server = Server::start();
    for path in [
        "/",
        "/nothing",
        "/api/records/v2/notes",
        "/api/nothing",
        "/../main.db",
        "/%2e%2e/host.db",
        "/_/",
        "//",
    ] {
        server.get(path).expect_status(404);
    }
}

#[test]
fn what_is_no_http_is_a_bad_request_and_costs_only_its_connection() {
    let server = Server::start();
    let bad = [
        "hello\r\n\r\n",
        "GET\r\n\r\n",
        "GET /api/healthcheck HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n",
        "GET /api/healthcheck HTTP/1.1\r\nhost: a\r\nname : spaced\r\n\r\n",
        "POST /api/healthcheck HTTP/1.1\r\nhost: a\r\ncontent-length: many\r\n\r\n",
        "POST /api/healthcheck HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
    ];
    for request in bad {
        assert_eq!(raw::status_of(server.address(), request), 400, "{request:?}");
    }
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn a_length_beside_a_chunked_body_does_not_smuggle_a_second_request() {
    let server = Server::start();
    server.deploy("counter");
    let mut connection = Raw::connect(server.address());
    // To a server that believes the length, the body ends before the second request.
    connection.send(
        "POST /api/healthcheck HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n\
         0\r\n\r\nGET /counter HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    connection.finish();
    let (answers, _) = connection.read_to_end();
    let both = answers.matches("HTTP/1.1").count() == 2;
    assert!(answers.starts_with("HTTP/1.1 4"), "{answers}");
    assert!(
        both || !answers.contains("\r\n\r\n1"),
        "the second request was taken for a body or the other way round: {answers}"
    );
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let server = Server::start();
    let mut connection = Raw::connect(server.address());
    connection.send(
        "GET /api/healthcheck HTTP/1.1\r\nhost: a\r\n\r\nGET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    let (answers, _) = connection.read_to_end();
    let first = answers.find("HTTP/1.1 200").expect("the first is answered");
    let second = answers.find("HTTP/1.1 404").expect("the second is answered");
    assert!(first < second);
}
