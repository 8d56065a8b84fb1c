//! What is written to a listener, byte by byte.

use super::{ask, buffered, listen, numbers, start};
use guesthouse_tests::{http2, wait};
use std::time::{Duration, Instant};

#[test]
fn an_event_that_is_none_is_refused_and_sent_to_nobody() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1&ids=1");
    for (query, why) in [
        ("name=a%0Ab&data=x", "the name of an event holds a line break"),
        ("id=a%0Db&data=x", "the id of an event holds a line break"),
        ("id=a%00b&data=x", "the id of an event holds NUL"),
        ("", "an event has neither data nor an id"),
        ("data=x&number_at=2", "byte 2 of an event's data"),
    ] {
        let said = ask(&server, &format!("send?topic=room/1&{query}"));
        assert!(said.starts_with("Invalid(") && said.contains(why), "{query}: {said}");
    }
    ask(&server, "send?topic=room/1&data=good");
    assert_eq!(listener.chunk().as_deref(), Some("data: good\n\n"));
}

#[test]
fn the_head_and_the_first_comment_come_at_once() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1&header=x-own:yes");
    let head = &listener.0.head;
    for (name, value) in [
        ("content-type", Some("text/event-stream")),
        ("cache-control", Some("no-store")),
        ("x-own", Some("yes")),
        ("guesthouse-listener", None),
    ] {
        assert_eq!(head.field(name), value, "{head:?}");
    }
    for field in [
        "content-type:a",
        "cache-control:a",
        "connection:a",
        "guesthouse-listener:1",
    ] {
        let said = ask(&server, &format!("listen?topic=room/1&header={field}"));
        assert!(
            said.starts_with("Invalid(") && said.contains("the host's to set"),
            "{said}"
        );
    }
    ask(&server, "close?topic=room/1");
    assert_eq!(listener.rest(), "");
}

#[test]
fn an_event_is_one_chunk_and_its_data_a_line_for_each_line() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1");
    for (query, written) in [
        ("data=hello", "data: hello\n\n"),
        ("data=", "data: \n\n"),
        ("data=a%0Ab%0D%0Ac%0Dd", "data: a\ndata: b\ndata: c\ndata: d\n\n"),
        ("data=x&name=news&id=7", "event: news\ndata: x\n\n"),
        ("data=%C3%A4", "data: ä\n\n"),
    ] {
        assert_eq!(ask(&server, &format!("send?topic=room/1&{query}")), buffered(1));
        assert_eq!(listener.chunk().as_deref(), Some(written));
    }
    for size in [100_000, 200_000] {
        assert_eq!(ask(&server, &format!("send?topic=room/1&size={size}")), buffered(1));
        assert_eq!(
            listener.chunk().map(|chunk| chunk.len()),
            Some(size + "data: \n\n".len())
        );
    }
}

#[test]
fn each_listener_counts_its_own_events_and_gets_ids_if_it_wants() {
    let server = start();
    let mut first = listen(&server, "topic=room/1&ids=1");
    let send = |query: &str| ask(&server, &format!("send?topic=room/1&{query}"));
    let numbered = |id: u32| format!("data=%7B%22seq%22:%7D&number_at=7&id={id}");
    assert_eq!(send(&numbered(10)), buffered(1));
    let mut second = listen(&server, "topic=room/1");
    assert_eq!(send(&numbered(11)), buffered(2));
    // What has no data is for those with ids alone, and counted for nobody.
    assert_eq!(send("id=12"), buffered(1));
    assert_eq!(send("data=uncounted-place"), buffered(2));
    assert_eq!(send(&numbered(13)), buffered(2));
    let expected = "id: 10\ndata: {\"seq\":1}\n\nid: 11\ndata: {\"seq\":2}\n\nid: 12\n\ndata: uncounted-place\n\nid: 13\ndata: {\"seq\":4}\n\n";
    assert_eq!(first.until("{\"seq\":4}\n\n"), expected);
    let expected = "data: {\"seq\":1}\n\ndata: uncounted-place\n\ndata: {\"seq\":3}\n\n";
    assert_eq!(second.until("{\"seq\":3}\n\n"), expected);
}

#[test]
fn several_targets_reach_a_listener_once() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1&topic=room/2&topic=room/1&label=a");
    let number = numbers(&server, "room/1", "a")[0];
    let to_all = format!("send?topic=room/1&topic=room/2&topic=room/3&listener={number}&data=x&times=2");
    assert_eq!(ask(&server, &to_all), [buffered(1), buffered(1)].join("\n"));
    assert_eq!(listener.until("data: x\n\ndata: x\n\n"), "data: x\n\ndata: x\n\n");
    assert_eq!(
        ask(&server, &format!("close?topic=room/2&listener={number}&last=bye")),
        "1"
    );
    assert_eq!(listener.rest(), "data: bye\n\n");
    let gone = format!("buffered 0 overflowed [] gone [{number}]");
    assert_eq!(ask(&server, &format!("send?listener={number}&data=x")), gone);
}

#[test]
fn a_held_listener_gets_first_what_it_missed_and_nothing_twice() {
    let server = start();
    let mut held = listen(&server, "topic=room/1&held=1&label=held");
    for position in 1..=4 {
        let sent = ask(
            &server,
            &format!("send?topic=room/1&data=:{position}&number_at=0&position={position}"),
        );
        assert_eq!(sent, buffered(1));
    }
    ask(&server, "send?topic=room/1&data=:any&number_at=0");
    let number = numbers(&server, "room/1", "held")[0];
    let release = format!("release?listener={number}&missed=old&missed=older&through=2");
    assert_eq!(ask(&server, &release), "released");
    assert_eq!(
        held.until("any\n\n"),
        "data: old\n\ndata: older\n\ndata: 3:3\n\ndata: 4:4\n\ndata: 5:any\n\n"
    );
    // It is not held any more, so this is no error and does nothing.
    assert_eq!(ask(&server, &release), "released");
    let mut at_once = listen(&server, "topic=room/1&through=9&missed=a&missed=b");
    assert_eq!(at_once.until("b\n\n"), "data: a\n\ndata: b\n\n");
}

#[test]
fn the_head_alone_can_be_asked_for_and_nobody_listens_then() {
    let server = start();
    let answer = server.request("HEAD", "/broadcaster/listen?topic=room/1").send();
    answer.expect(200, "");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(ask(&server, "listeners?topic=room/1"), "");
}

#[test]
fn a_listener_that_waits_hears_a_comment_and_one_that_is_not_released_ends() {
    let server = start();
    let started = Instant::now();
    let mut held = listen(&server, "topic=room/1&held=1");
    let mut listener = listen(&server, "topic=room/1");
    assert_eq!(listener.chunk().as_deref(), Some(":\n\n"));
    let seconds = started.elapsed().as_secs();
    assert!((14..25).contains(&seconds), "{seconds} s");
    let comments = held.rest();
    assert!(
        comments.starts_with(":\n\n") && !comments.contains("data"),
        "{comments:?}"
    );
    let seconds = started.elapsed().as_secs();
    assert!((29..50).contains(&seconds), "{seconds} s");
}

#[test]
fn it_works_over_http_2_too() {
    let server = start();
    let address = server.address();
    let body = std::thread::scope(|threads| {
        let body = threads.spawn(|| http2::get(address, "/broadcaster/listen?topic=room/1&label=two"));
        wait::until("somebody to listen", Duration::from_secs(20), || {
            (!numbers(&server, "room/1", "two").is_empty()).then_some(())
        });
        ask(&server, "send?topic=room/1&data=a");
        ask(&server, "close?topic=room/1&last=b");
        body.join().expect("no panic")
    });
    assert_eq!(body, ": ping\n\ndata: a\n\ndata: b\n\n");
}
