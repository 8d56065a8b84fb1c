//! What a component is told about who listens.

use super::{ask, listen, numbers, start};
use guesthouse_tests::{Server, wait};
use std::thread;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);

/// The version and the rest.
fn news(server: &Server, path: &str) -> (u64, String) {
    let told = ask(server, path);
    let (version, rest) = told.split_once('\n').expect("two lines");
    (version.parse().expect("a number"), rest.into())
}

#[test]
fn whoever_is_gone_is_told_with_the_reason() {
    let server = start();
    let (version, _) = news(&server, "news?version=0");
    let left = listen(&server, "topic=room/1&label=left");
    let mut closed = listen(&server, "topic=room/2&label=closed");
    let number = |topic, label| numbers(&server, topic, label)[0];
    let (left_number, closed_number) = (number("room/1", "left"), number("room/2", "closed"));
    let (version, told) = news(&server, &format!("news?version={version}"));
    assert_eq!(
        told,
        "complete false gained [\"room/1\", \"room/2\"] lost [] departures []"
    );
    assert_eq!(ask(&server, "close?topic=room/2"), "1");
    assert_eq!(closed.rest(), "");
    drop(left);
    wait::until("the client to be missed", TIMEOUT, || {
        numbers(&server, "room/1", "left").is_empty().then_some(())
    });
    let (_, told) = news(&server, &format!("news?version={version}"));
    let departures =
        format!("[\"{closed_number} closed Reason::Closed\", \"{left_number} left Reason::Disconnected\"]");
    assert_eq!(
        told,
        format!("complete false gained [] lost [\"room/1\", \"room/2\"] departures {departures}")
    );
}

#[test]
fn a_response_that_is_dropped_ends_its_listener() {
    let server = start();
    let (version, _) = news(&server, "news?version=0");
    let number = ask(&server, "listen?topic=room/1&label=l&drop=1");
    let (_, told) = news(&server, &format!("wait?version={version}"));
    assert_eq!(
        told,
        format!("complete false gained [] lost [] departures [\"{number} l Reason::Disconnected\"]")
    );
}

#[test]
fn news_can_be_waited_for() {
    let server = start();
    let (version, _) = news(&server, "news?version=0");
    thread::scope(|threads| {
        let waiting = threads.spawn(|| news(&server, &format!("wait?version={version}")).1);
        // A topic that it may only listen to is its business, one that it may not is not.
        let _listener = listen(&server, "topic=news");
        let told = waiting.join().expect("no panic");
        assert_eq!(told, "complete false gained [\"news\"] lost [] departures []");
    });
}

#[test]
fn what_is_remembered_of_an_earlier_server_is_no_version_of_this_one() {
    let mut server = start();
    let _listener = listen(&server, "topic=room/1");
    let (version, _) = news(&server, "news?version=0");
    server.restart();
    let (_, told) = news(&server, &format!("wait?version={version}"));
    assert_eq!(told, "complete true gained [] lost [] departures []");
}
