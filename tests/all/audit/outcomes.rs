//! How requests end, in the words that logs, metrics and the audit share.

use super::{request, told};
use guesthouse_tests::raw::Raw;
use guesthouse_tests::{Answer, Server, wait};
use serde_json::Value;
use std::time::Duration;

#[track_caller]
fn expect(server: &Server, answer: &Answer, outcome: &str, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    let request = request(server, answer);
    assert_eq!(
        (&request["outcome"], &request["status"]),
        (&outcome.into(), &status.into())
    );
}

/// The outcome of the newest request to a component, once it has one.
fn newest(server: &Server, component: &str) -> String {
    wait::until("the request to end", Duration::from_secs(20), || {
        let listed = told(server, &["requests", "--component", component, "--limit", "1"]);
        listed[0]["outcome"].as_str().map(str::to_owned)
    })
}

#[test]
fn a_trap_a_loop_a_bomb_and_what_was_denied_are_told_apart() {
    let server = Server::start();
    for guest in ["hello", "nth-trap", "loop", "hog", "keeper"] {
        server.deploy(guest);
    }
    expect(&server, &server.get("/hello"), "ok", 200);
    expect(&server, &server.get("/keeper/get/OTHER"), "denied", 200);
    expect(&server, &server.get("/keeper/get/READABLE"), "ok", 200);
    expect(&server, &server.get("/hog/fill"), "out-of-memory", 500);
    expect(&server, &server.get("/loop/forever"), "timed-out", 504);
    let answers: Vec<Answer> = (0..12).map(|_| server.get("/nth-trap")).collect();
    let trapped = answers.iter().find(|answer| answer.status == 500).expect("a trap");
    expect(&server, trapped, "trapped", 500);
}

#[test]
fn a_request_that_its_client_gives_up_is_cancelled() {
    let server = Server::start();
    server.deploy("sleeper");
    let mut client = Raw::connect(server.address());
    client.send("GET /sleeper/wait?5000 HTTP/1.1\r\nhost: a\r\n\r\n");
    wait::until("the request to begin", Duration::from_secs(20), || {
        let listed = told(&server, &["requests", "--component", "sleeper"]);
        listed[0]["id"].as_str().map(drop)
    });
    let under_way = told(&server, &["requests", "--component", "sleeper"]);
    assert_eq!(under_way[0]["outcome"], Value::Null);
    drop(client);
    assert_eq!(newest(&server, "sleeper"), "cancelled");
}

#[test]
fn a_body_that_its_client_does_not_read_to_the_end_is_cancelled() {
    let server = Server::start();
    server.deploy("echo");
    let mut client = Raw::connect(server.address());
    client.send("GET /echo/endless HTTP/1.1\r\nhost: a\r\n\r\n");
    client.read_until("200 OK");
    drop(client);
    assert_eq!(newest(&server, "echo"), "cancelled");
}

#[test]
fn a_body_that_its_component_does_not_end_is_no_success() {
    let server = Server::start();
    server.deploy("loop");
    let mut client = Raw::connect(server.address());
    client.send("GET /loop/after HTTP/1.1\r\nhost: a\r\n\r\n");
    client.read_to_end();
    assert_eq!(newest(&server, "loop"), "timed-out");
}

#[test]
fn answers_without_a_body_to_send_are_complete() {
    let server = Server::start();
    server.deploy("hello");
    let head = server.request("HEAD", "/hello").send();
    expect(&server, &head, "ok", 200);
    let mut client = Raw::connect(server.address());
    client.send("GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    client.read_to_end();
    assert_eq!(newest(&server, "hello"), "ok");
}
