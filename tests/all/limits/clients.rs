//! Clients that send too much, too slowly, or not to the end.

use crate::notes::{self, PATH};
use guesthouse_tests::raw::{self, Raw};
use guesthouse_tests::{Server, wait};
use std::time::Duration;

const MIB: usize = 1 << 20;

#[test]
fn a_body_of_a_hundred_megabytes_is_refused_from_its_declared_length() {
    let server = notes::start();
    for path in [PATH, "/api/healthcheck"] {
        let mut connection = Raw::connect(server.address());
        connection.send(format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n"
        ));
        let answer = connection.read_until("\r\n\r\n");
        let status = raw::status(&answer);
        assert!(status == 413 || (path != PATH && status == 405), "{answer}");
    }
}

#[test]
fn a_body_of_a_hundred_megabytes_is_refused_where_its_length_is_not_declared() {
    let server = notes::start();
    let before = server.resident_bytes();
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "POST {PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    ));
    let mut piece = format!("{MIB:x}\r\n").into_bytes();
    piece.extend(vec![b' '; MIB]);
    piece.extend(b"\r\n");
    let sent = (0..100).take_while(|_| connection.send(&piece)).count();
    let (answer, _) = connection.read_to_end();
    // The answer may be lost with the connection, which was closed while we were still sending.
    assert!(matches!(raw::status(&answer), 413 | 0), "{answer}");
    assert!(sent < 100, "all of it was taken");
    server.expect_growth_below(before, 64 * MIB as u64);
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_body_just_over_the_limit_of_a_component_that_streams_is_cut_off() {
    let server = Server::start();
    server.deploy("echo");
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "POST /echo/stream HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        11 * MIB
    ));
    let answer = connection.read_until("\r\n\r\n");
    assert_eq!(raw::status(&answer), 413, "{answer}");
}

#[test]
fn an_upload_that_breaks_off_writes_nothing() {
    let server = notes::start();
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n");
    let declared = format!("{head}content-length: 100\r\n\r\n{{\"text\": \"half\"}}");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n10\r\n{{\"text\": \"half\"}}\r\n");
    for request in [declared, chunked] {
        let status = raw::status_of_last(server.address(), request);
        assert!(matches!(status, 0 | 400), "{status}");
    }
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn too_many_header_fields_are_refused() {
    let server = Server::start();
    let fields: String = (0..500).map(|index| format!("x-{index}: a\r\n")).collect();
    let status = raw::status_of(
        server.address(),
        format!("GET /api/healthcheck HTTP/1.1\r\nhost: a\r\n{fields}\r\n"),
    );
    assert_eq!(status, 431);
}

#[test]
fn a_header_field_that_is_too_large_is_refused() {
    let server = Server::start();
    let field = "a".repeat(200_000);
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "GET /api/healthcheck HTTP/1.1\r\nhost: a\r\nx-large: {field}\r\n\r\n"
    ));
    let (answer, _) = connection.read_to_end();
    // The answer may be lost with the connection, which was closed before all was sent.
    assert!(matches!(raw::status(&answer), 431 | 0), "{answer}");
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    let server = Server::start();
    let status = raw::status_of(
        server.address(),
        format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(60_000)),
    );
    assert!(matches!(status, 404 | 414 | 431), "{status}");
}

#[test]
fn a_client_that_sends_its_head_too_slowly_is_cut_off() {
    let server = Server::start();
    let mut slow = Raw::connect(server.address());
    slow.send("GET /api/healthcheck HTTP/1.1\r\nhost: a\r\nx-never: ");
    let mut silent = Raw::connect(server.address());
    silent.send("");
    server.get("/api/healthcheck").expect(200, "Ok");
    for connection in [&mut slow, &mut silent] {
        let (answer, took) = connection.read_to_end();
        assert!(matches!(raw::status(&answer), 408 | 0), "{answer}");
        assert!(took < Duration::from_secs(30), "it took {took:?}");
    }
}

#[test]
fn a_client_that_sends_its_body_too_slowly_is_cut_off() {
    let server = notes::start();
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "POST {PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    ));
    let (answer, took) = connection.read_to_end();
    assert!(matches!(raw::status(&answer), 400 | 408 | 0 | 500..=504), "{answer}");
    assert!(took < Duration::from_secs(50), "it took {took:?}");
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn hundreds_of_idle_connections_leave_room_for_a_request() {
    let server = Server::start();
    let idle: Vec<Raw> = (0..500).map(|_| Raw::connect(server.address())).collect();
    let answer = server.get("/api/healthcheck");
    answer.expect(200, "Ok");
    assert!(answer.took < Duration::from_secs(2), "it took {:?}", answer.took);
    drop(idle);
}

/// The host's limit on a client that takes nothing, and room for a busy machine.
const STALLED_TOO_LONG: Duration = Duration::from_secs(50);

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_cut_off() {
    let server = Server::start();
    server.deploy("echo");
    let before = server.descriptors();
    let mut connection = Raw::connect(server.address());
    connection.send("GET /echo/endless HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(raw::status(&connection.read_until("\r\n\r\n")), 200);
    assert!(server.descriptors() > before);
    wait::until("the server to close the connection", STALLED_TOO_LONG, || {
        (server.descriptors() <= before).then_some(())
    });
}

#[test]
fn a_client_that_reads_slowly_but_steadily_is_served_beyond_the_time_limit_of_a_request() {
    let server = Server::start();
    let manifest = "name = \"echo\"\nroutes = [\"/echo/{*rest}\"]\n[limits]\ntimeout_ms = 500\n";
    server.deploy_as("echo", manifest);
    let mut connection = Raw::connect(server.address());
    connection.send("GET /echo/endless HTTP/1.1\r\nhost: a\r\n\r\n");
    let started = std::time::Instant::now();
    wait::until("three seconds of the answer", Duration::from_secs(20), || {
        assert!(connection.read_some(), "the server ended the answer");
        (started.elapsed() > Duration::from_secs(3)).then_some(())
    });
}
