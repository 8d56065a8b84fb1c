//! Stopping: what is under way ends well.

use crate::notes;
use guesthouse_tests::raw::Raw;
use guesthouse_tests::{Server, wait};
use std::time::Duration;

#[test]
fn a_request_under_way_is_answered_before_the_server_ends() {
    let mut server = Server::start();
    server.deploy("sleeper");
    let mut connection = Raw::connect(server.address());
    connection.send("GET /sleeper/wait?1500 HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    wait_until_inside(&server);
    let status = server.stop();
    let (answer, _) = connection.read_to_end();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("slept"),
        "{answer}"
    );
    assert!(status.success(), "{status:?}");
}

/// Requests are taken in order by a connection of their own: when a later one was answered, the earlier one has begun.
fn wait_until_inside(server: &Server) {
    wait::until("the server to take requests", Duration::from_secs(5), || {
        (server.get("/sleeper/wait?50").status == 200).then_some(())
    });
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let mut server = Server::start();
    let mut connection = Raw::connect(server.address());
    connection.send("GET /api/healthcheck HTTP/1.1\r\nhost: test\r\n\r\n");
    connection.read_until("Ok");
    let started = std::time::Instant::now();
    assert!(server.stop().success());
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        started.elapsed()
    );
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let mut server = notes::start();
    let id = notes::create(&server, serde_json::json!({"text": "kept", "stars": 3}));
    server.restart();
    let note = server.get(&format!("{}/{id}", notes::PATH));
    note.expect_status(200);
    assert_eq!(note.json()["text"], "kept");
}

#[test]
fn a_deployed_component_is_there_after_a_restart() {
    let mut server = Server::start();
    server.deploy("hello");
    server.restart();
    server.get("/hello").expect(200, "hello, world\n");
}
