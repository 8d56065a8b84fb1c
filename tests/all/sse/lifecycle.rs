//! Listeners beside instances, versions, components and the server: which of them they outlive.

use super::{Listener, ask, buffered, listen, numbers, start};
use guesthouse_tests::{Server, guests, raw};
use std::time::{Duration, Instant};

/// More than may be inside one component at once, on all cores of a large machine.
const MANY: usize = 200;

#[test]
fn listeners_take_no_part_of_what_their_component_may_do_at_once() {
    // An instance for each request, and one request at a time in it.
    let server = start();
    let mut listeners: Vec<Listener> = (0..MANY).map(|_| listen(&server, "topic=room/1&label=a")).collect();
    assert_eq!(ask(&server, "send?topic=room/1&data=x"), buffered(MANY as u32));
    for listener in &mut listeners {
        assert_eq!(listener.chunk().as_deref(), Some("data: x\n\n"));
    }
    let own = numbers(&server, "room/1", "a");
    assert!(own.len() == MANY && own.is_sorted(), "{own:?}");
}

#[test]
fn listeners_outlive_the_version_that_accepted_them() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1&label=a");
    let number = numbers(&server, "room/1", "a")[0];
    server.deploy("broadcaster");
    assert_eq!(numbers(&server, "room/1", "a"), [number]);
    assert_eq!(ask(&server, &format!("send?listener={number}&data=x")), buffered(1));
    assert_eq!(listener.chunk().as_deref(), Some("data: x\n\n"));
}

#[test]
fn listeners_end_where_the_next_version_may_not_have_them() {
    let server = start();
    let mut withdrawn = listen(&server, "topic=news");
    let mut kept = listen(&server, "topic=room/1");
    let manifest = guests::manifest("broadcaster").replace("[\"room/*\", \"news\"]", "[\"room/*\"]");
    server.deploy_as("broadcaster", &manifest);
    assert_eq!(withdrawn.rest(), "");
    assert_eq!(ask(&server, "send?topic=room/1&data=x"), buffered(1));
    assert_eq!(kept.chunk().as_deref(), Some("data: x\n\n"));
}

#[test]
fn listeners_end_with_their_component() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1");
    server.cli(&["components", "remove", "broadcaster"]).expect_success();
    assert_eq!(listener.rest(), "");
}

#[test]
fn a_stop_ends_all_of_them_at_once_and_cleanly() {
    let mut server = start();
    let mut listeners: Vec<Listener> = (0..MANY).map(|_| listen(&server, "topic=room/1")).collect();
    let started = Instant::now();
    assert!(server.stop().success());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for listener in &mut listeners {
        assert_eq!(listener.rest(), "");
    }
}

#[test]
fn a_page_of_another_origin_may_listen() {
    let server = Server::start();
    server.deploy("broadcaster");
    let mut connection = raw::Raw::connect(server.address());
    connection.send("GET /broadcaster/listen?topic=room/1 HTTP/1.1\r\nhost: a\r\norigin: https://example.org\r\n\r\n");
    let head = connection.read_until(": ping\n\n");
    assert!(
        head.contains("access-control-allow-origin: https://example.org\r\n"),
        "{head}"
    );
}
