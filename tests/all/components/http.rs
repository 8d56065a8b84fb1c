//! HTTP as a component sees it.

use guesthouse_tests::Server;
use guesthouse_tests::raw::Raw;

#[test]
fn a_component_sees_method_path_query_host_and_fields() {
    let server = Server::start();
    server.deploy("echo");
    let answer = server
        .request("PATCH", "/echo/head?a=%20&b=1")
        .header("x-test", "one")
        .send();
    answer.expect_status(200);
    let text = answer.text();
    let first = text.lines().next().unwrap_or_default().to_string();
    assert_eq!(first, format!("PATCH /echo/head a=%20&b=1 {}", server.address()));
    assert!(text.contains("x-test: one\n"), "{text}");
}

#[test]
fn where_the_server_is_is_for_its_operator_to_say_and_not_for_a_client() {
    let server = Server::start();
    server.deploy("echo");
    let ask = |server: &Server| {
        let request = server.request("GET", "/echo/origin").header("host", "evil.example");
        request.send().text()
    };
    assert_eq!(ask(&server), "none");
    let server = Server::prepare()
        .argument("--public-url")
        .argument("https://Example.org:443/")
        .start();
    server.deploy("echo");
    assert_eq!(ask(&server), "https://example.org");
}

#[test]
fn a_body_comes_back_whole() {
    let server = Server::start();
    server.deploy("echo");
    for size in [0, 1, 1000, 65_536, 1 << 20] {
        let body: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let answer = server.request("POST", "/echo").body(body.clone()).send();
        assert_eq!((answer.status, answer.body == body), (200, true), "{size} bytes");
    }
    server
        .request("POST", "/echo")
        .body(vec![0; (1 << 20) + 1])
        .send()
        .expect(413, "more than 1 MiB\n");
}

#[test]
fn a_body_is_streamed_both_ways_at_once() {
    let server = Server::start();
    server.deploy("echo");
    let mut connection = Raw::connect(server.address());
    connection.send("POST /echo/stream HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    // Each piece comes back before the next one is sent: nobody waits for the end.
    for piece in ["first", "other", "third"] {
        connection.send(format!("5\r\n{piece}\r\n"));
        connection.read_until(piece);
    }
    connection.send("0\r\n\r\n");
    let (answer, _) = connection.read_to_end();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("0\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn a_large_body_is_streamed_whole() {
    let server = Server::start();
    server.deploy("echo");
    let body: Vec<u8> = (0..8u32 << 20).map(|index| (index % 253) as u8).collect();
    let answer = server.request("POST", "/echo/stream").body(body.clone()).send();
    assert_eq!(
        (answer.status, answer.body.len(), answer.body == body),
        (200, body.len(), true)
    );
}

#[test]
fn a_body_that_the_component_does_not_read_does_no_harm() {
    let server = Server::start();
    server.deploy("echo");
    for _ in 0..5 {
        server
            .request("POST", "/echo/ignore")
            .body(vec![1; 300_000])
            .send()
            .expect(200, "not read\n");
    }
}

#[test]
fn head_has_no_body() {
    let server = Server::start();
    server.deploy("hello");
    server.request("HEAD", "/hello").send().expect(200, "");
}

#[test]
fn a_client_that_goes_away_ends_an_endless_answer() {
    let server = Server::start();
    server.deploy("echo");
    for _ in 0..5 {
        let mut connection = Raw::connect(server.address());
        connection.send("GET /echo/endless HTTP/1.1\r\nhost: a\r\n\r\n");
        assert!(connection.read_bytes(1 << 20).len() >= 1 << 20);
    }
    server
        .request("POST", "/echo")
        .body("still here")
        .send()
        .expect(200, "still here");
}
