//! `examples/chat`: rooms, who is in them, and what is said there.

use guesthouse_tests::events::Events;
use guesthouse_tests::{Answer, Server, binary, guests, wait};
use serde_json::json;
use std::time::Duration;

const FORM: &str = "application/x-www-form-urlencoded";
const TIMEOUT: Duration = Duration::from_secs(20);

fn deploy(server: &Server) {
    let manifest = binary::project().join("examples/chat/component.toml");
    server.deploy_from(&guests::example("chat"), &manifest).expect_success();
}

fn start() -> Server {
    let server = Server::start();
    deploy(&server);
    server
}

fn say(server: &Server, room: &str, name: &str, text: &str) -> Answer {
    let form = format!("room={room}&name={name}&text={text}");
    server
        .request("POST", "/chat/messages")
        .header("content-type", FORM)
        .body(form)
        .send()
}

/// Somebody in a room who has read as far as that message.
fn enter(server: &Server, room: &str, name: &str, after: u64) -> Events {
    server.events(&format!("/chat/room/events?room={room}&name={name}&after={after}"))
}

/// The next events of this name, as many as are asked for.
#[track_caller]
fn next(events: &mut Events, name: &str, count: usize) -> Vec<String> {
    let mut data = Vec::new();
    while data.len() < count {
        let event = events.expect_event();
        if event.name.as_deref() == Some(name) {
            data.push(event.data.expect("it has data"));
        }
    }
    data
}

/// What was said next.
#[track_caller]
fn heard(events: &mut Events, count: usize) -> Vec<String> {
    let said = next(events, "message", count);
    let text = |data: &String| {
        let message: serde_json::Value = serde_json::from_str(data).expect("JSON");
        message["text"].as_str().expect("a text").to_owned()
    };
    said.iter().map(text).collect()
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let server = start();
    let long = "x".repeat(1001);
    say(&server, "lobby", "", "hello").expect_status(422);
    say(&server, "a/b", "Ada", "hello").expect_status(422);
    say(&server, "lobby", "Ada", "+").expect_status(422);
    say(&server, "lobby", "Ada", &long).expect_status(422);
    say(&server, "lobby", "Ada", &"x".repeat(40_000)).expect_status(413);
    for path in [
        "/chat/room?room=lobby&name=",
        "/chat/room/events?room=lobby&name=Ada",
        "/chat/room/events?room=lobby&name=Ada&after=x",
        "/chat/room/events?room=*&name=Ada&after=0",
        "/chat/room/people?room=",
    ] {
        server.get(path).expect_status(422);
    }
    let page = server.get("/chat/room?room=lobby&name=Ada");
    assert!(page.text().contains("data-last=\"0\""), "{}", page.text());
}

#[test]
fn what_is_said_is_heard_in_its_room_alone_and_shown_as_text() {
    let server = start();
    let (mut ada, mut bob) = (enter(&server, "lobby", "Ada", 0), enter(&server, "lobby", "Bob", 0));
    let mut cyd = enter(&server, "attic", "Cyd", 0);
    say(&server, "lobby", "Ada", "%3Cb%3Ehello").expect_status(303);
    say(&server, "attic", "Cyd", "alone").expect_status(303);
    say(&server, "lobby", "Bob", "hi").expect_status(303);
    for listener in [&mut ada, &mut bob] {
        assert_eq!(heard(listener, 2), ["<b>hello", "hi"]);
    }
    assert_eq!(heard(&mut cyd, 1), ["alone"]);
    let page = server.get("/chat/room?room=lobby&name=Dan").text();
    assert!(
        page.contains("&lt;b&gt;hello") && !page.contains("<b>hello") && !page.contains("alone"),
        "{page}"
    );
    assert!(page.contains("<li>Ada</li>\n<li>Bob</li>"), "{page}");
}

#[test]
fn whoever_comes_back_hears_what_was_missed_and_nothing_twice() {
    let server = start();
    let mut ada = enter(&server, "lobby", "Ada", 0);
    say(&server, "lobby", "Bob", "one").expect_status(303);
    let said = next(&mut ada, "message", 1);
    let id = serde_json::from_str::<serde_json::Value>(&said[0]).expect("JSON")["id"].to_string();
    drop(ada);
    for text in ["two", "three"] {
        say(&server, "lobby", "Bob", text).expect_status(303);
    }
    let path = "/chat/room/events?room=lobby&name=Ada&after=0";
    let mut ada = server.events_with(path, &[("last-event-id", &id)]);
    say(&server, "lobby", "Bob", "four").expect_status(303);
    assert_eq!(heard(&mut ada, 3), ["two", "three", "four"]);
    for number in 0..50 {
        say(&server, "lobby", "Bob", &number.to_string()).expect_status(303);
    }
    let mut late = server.events_with(path, &[("last-event-id", &id)]);
    next(&mut late, "reload", 1);
}

#[test]
fn everybody_is_told_who_comes_and_goes() {
    let server = start();
    let people = || server.get("/chat/room/people?room=lobby").json();
    let mut ada = enter(&server, "lobby", "Ada", 0);
    next(&mut ada, "people", 1);
    assert_eq!(people(), json!(["Ada"]));
    let bob = enter(&server, "lobby", "Bob", 0);
    let again = enter(&server, "lobby", "Bob", 0);
    next(&mut ada, "people", 2);
    assert_eq!(people(), json!(["Ada", "Bob"]));
    drop(bob);
    next(&mut ada, "people", 1);
    assert_eq!(people(), json!(["Ada", "Bob"]), "his other window is open");
    drop(again);
    next(&mut ada, "people", 1);
    wait::until("Bob to be gone", TIMEOUT, || (people() == json!(["Ada"])).then_some(()));
}

#[test]
fn a_message_that_came_by_another_way_is_heard_too() {
    let server = start();
    let mut ada = enter(&server, "lobby", "Ada", 0);
    let folder = server.data().join("migrations/main");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let sql = "INSERT INTO chat_message (room, name, text) VALUES ('lobby', 'SQL', 'hello'), ('No Room', 'SQL', 'nobody hears')";
    std::fs::write(folder.join("U1__message.sql"), sql).expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
    say(&server, "lobby", "Ada", "hi").expect_status(303);
    assert_eq!(heard(&mut ada, 2), ["hello", "hi"]);
}

#[test]
fn people_stay_when_a_new_version_comes_and_are_told_to_look_again() {
    let server = start();
    let mut ada = enter(&server, "lobby", "Ada", 0);
    deploy(&server);
    say(&server, "lobby", "Ada", "still+here").expect_status(303);
    loop {
        let event = ada.expect_event();
        match event.name.as_deref() {
            // Nobody may have passed on what was said between the two versions.
            Some("anew") => ada = enter(&server, "lobby", "Ada", 0),
            Some("message") => break assert_eq!(event.json()["text"], "still here"),
            _ => {}
        }
    }
}
