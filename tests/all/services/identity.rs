//! Who is calling: asked of whichever component provides it.

use guesthouse_tests::callers::Key;
use guesthouse_tests::{Server, guests, wait};
use std::time::{Duration, Instant};

/// An answer may be kept for a second; the machine may be busy.
const SOON: Duration = Duration::from_secs(10);

fn house(keys: &[Key]) -> Server {
    let server = Server::start();
    server.deploy("whoami");
    server.deploy_api_keys(keys);
    server
}

#[test]
fn without_a_provider_everyone_is_anonymous() {
    let server = Server::start();
    server.remove_accounts();
    server.deploy("whoami");
    server.get("/whoami").expect(200, "anonymous");
    server.get_as("some-key", "/whoami").expect(200, "anonymous");
    server.get("/whoami/provider").expect(200, "None None");
}

#[test]
fn whoever_has_no_key_or_a_wrong_one_is_anonymous() {
    let server = house(&[Key::new("good", b"alice")]);
    server.get("/whoami").expect(200, "anonymous");
    server.get_as("bad", "/whoami").expect(200, "anonymous");
    let basic = server.request("GET", "/whoami").header("authorization", "Basic good");
    basic.send().expect(200, "anonymous");
}

#[test]
fn a_key_says_who_is_calling_and_all_that_is_known() {
    let all = Key {
        roles: "editor,author",
        request_token: Some("r1"),
        expires: Some(4_000_000_000),
        email: Some("a@example.org"),
        ..Key::new("good", b"alice")
    };
    let server = house(&[all, Key::new("other", b"bob")]);
    server.get_as("good", "/whoami").expect(200, "alice");
    server.get_as("other", "/whoami").expect(200, "bob");
    let known = server.get_as("good", "/whoami/all").expect_status(200).text();
    for part in [
        "alice",
        "\"editor\", \"author\"",
        "Explicit",
        "Some(\"r1\")",
        "4000000000",
        "a@example.org",
    ] {
        assert!(known.contains(part), "expected {part} in {known}");
    }
    let with_cookie = |cookie: &str| server.request("GET", "/whoami/all").header("cookie", cookie).send();
    let known = with_cookie("a=b; api_key=good").expect_status(200).text();
    assert!(known.contains("alice") && known.contains("Ambient"), "{known}");
    with_cookie("api_key=other").expect(200, "anonymous");
}

#[test]
fn a_key_that_has_expired_is_none() {
    let expired = Key {
        expires: Some(1_000_000_000),
        ..Key::new("old", b"alice")
    };
    house(&[expired]).get_as("old", "/whoami").expect(200, "anonymous");
}

#[test]
fn credentials_that_are_too_large_are_refused() {
    let server = house(&[]);
    server.get_as(&"x".repeat(20_000), "/whoami").expect(500, "TooLarge");
}

#[test]
fn a_key_that_was_taken_away_is_heeded_within_a_second() {
    let server = house(&[Key::new("good", b"alice")]);
    server.get_as("good", "/whoami").expect(200, "alice");
    let taken = Instant::now();
    server.remove_key("good");
    wait::until("the key counts no more", SOON, || {
        (server.get_as("good", "/whoami").text() == "anonymous").then_some(())
    });
    assert!(
        taken.elapsed() < Duration::from_secs(3),
        "it took {:?}",
        taken.elapsed()
    );
}

#[test]
fn another_provider_is_asked_from_the_next_request_on() {
    let server = house(&[Key::new("good", b"alice")]);
    for round in 0..5 {
        server.get_as("good", "/whoami").expect(200, "alice");
        let number = server.get("/whoami/provider").text();
        // The key goes, and so must the answers that were kept of it, with the version that gave them.
        server.remove_key("good");
        let manifest =
            guests::manifest("api-keys").replace("max_requests = 0", &format!("max_requests = {}", 100 + round));
        server.deploy_as("api-keys", &manifest);
        server.get_as("good", "/whoami").expect(200, "anonymous");
        assert_ne!(server.get("/whoami/provider").text(), number);
        server.add_key(&Key::new("good", b"alice"));
        server.cli(&["components", "rollback", "api-keys"]).expect_success();
        server.get_as("good", "/whoami").expect(200, "alice");
    }
    server.cli(&["components", "remove", "api-keys"]).expect_success();
    server.get_as("good", "/whoami").expect(200, "anonymous");
}

#[test]
fn who_is_known_no_more_is_asked_for_many_at_once() {
    let server = house(&[Key::new("one", b"alice"), Key::new("two", b"bob")]);
    let (alice, bob) = (holder(&server, "one"), holder(&server, "two"));
    let ask = || server.get(&format!("/whoami/revoked?holder={alice}&holder={bob}&holder=00.00"));
    ask().expect(200, "[2]");
    server.request("DELETE", "/api-keys/one").send().expect_status(200);
    ask().expect(200, "[0, 2]");
    server.cli(&["components", "remove", "api-keys"]).expect_success();
    ask().expect(503, "Error::Unavailable");
}

fn holder(server: &Server, key: &str) -> String {
    server.get_as(key, "/whoami/holder").expect_status(200).text()
}
