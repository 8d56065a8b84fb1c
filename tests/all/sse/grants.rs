//! Who may listen to what, send to what, and reach whom.

use super::{ask, listen, numbers, start};
use guesthouse_tests::guests;

#[test]
fn ungranted_topics_are_denied_alike_and_never_reached() {
    let server = start();
    let mut listener = listen(&server, "topic=news&label=a");
    for (path, denied) in [
        ("listen?topic=secret", "sse: listen to secret"),
        ("listen?topic=room/1&topic=secret", "sse: listen to secret"),
        ("listen?topic=room", "sse: listen to room"),
        ("listen?topic=newspaper", "sse: listen to newspaper"),
        ("send?topic=news&data=x", "sse: publish to news"),
        ("send?topic=secret&data=x", "sse: publish to secret"),
        ("send?topic=room/1&topic=secret&data=x", "sse: publish to secret"),
        ("listeners?topic=secret", "sse: topic secret"),
        ("close?topic=secret", "sse: topic secret"),
        ("release?listener=1", "sse: listener 1"),
    ] {
        assert_eq!(ask(&server, path), format!("Denied(\"{denied}\")"), "{path}");
    }
    assert_eq!(ask(&server, "close?topic=news"), "1");
    assert_eq!(listener.rest(), "");
}

#[test]
fn a_listener_of_another_component_cannot_be_reached_by_its_number() {
    let server = start();
    let manifest = guests::manifest("broadcaster");
    let other = manifest
        .replace("\"broadcaster\"", "\"other\"")
        .replace("/broadcaster/", "/other/broadcaster/");
    server.deploy_as("broadcaster", &other);
    let mut listener = listen(&server, "topic=room/1&label=a");
    let number = numbers(&server, "room/1", "a")[0];
    let of_other = |path: &str| server.get(&format!("/other/broadcaster/{path}")).text();
    for number in [number, number + 1, 0, 1, u64::MAX] {
        let denied = format!("Denied(\"sse: listener {number}\")");
        assert_eq!(of_other(&format!("send?listener={number}&data=x")), denied);
        assert_eq!(of_other(&format!("close?listener={number}")), denied);
        assert_eq!(of_other(&format!("release?listener={number}")), denied);
    }
    // By a topic that both were granted it is reached, but neither seen nor ended.
    assert_eq!(of_other("listeners?topic=room/1"), "");
    assert_eq!(of_other("close?topic=room/1&last=bye"), "0");
    assert_eq!(of_other("send?topic=room/1&data=hello"), super::buffered(1));
    assert_eq!(listener.chunk().as_deref(), Some("data: hello\n\n"));
}

#[test]
fn a_component_without_the_grant_is_denied_everything() {
    let server = guesthouse_tests::Server::start();
    server.deploy_as(
        "broadcaster",
        "name = \"broadcaster\"\nroutes = [\"/broadcaster/{*rest}\"]\n",
    );
    for path in [
        "listen?topic=room/1",
        "send?topic=room/1&data=x",
        "listeners?topic=room/1",
        "close?topic=room/1",
    ] {
        let said = ask(&server, path);
        assert!(said.starts_with("Denied("), "{path}: {said}");
    }
    let news = ask(&server, "news?version=0");
    assert!(
        news.ends_with("complete true gained [] lost [] departures []"),
        "{news}"
    );
}
