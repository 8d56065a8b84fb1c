//! Requests that are under way while their component is replaced.

use guesthouse_tests::under_load::while_asked;
use guesthouse_tests::{Server, guests};
use std::time::Duration;

#[test]
fn a_request_under_way_ends_on_the_old_version() {
    let server = Server::start();
    server.deploy("sleeper");
    std::thread::scope(|scope| {
        let under_way = scope.spawn(|| server.get("/sleeper/wait?8000"));
        server.get("/sleeper/wait?50").expect(200, "slept");
        let manifest = guests::manifest("sleeper");
        server.deploy_as(
            "hello",
            &manifest[..manifest.find("[grants").expect("it asks for grants")],
        );
        server.get("/sleeper/wait?1").expect(200, "hello, world\n");
        assert!(!under_way.is_finished(), "the machine is too slow for this test");
        under_way.join().expect("the request was answered").expect(200, "slept");
    });
}

#[test]
fn no_request_fails_while_versions_are_swapped() {
    let server = Server::start();
    let manifests = [10, 20].map(|max| {
        format!("name = \"hello\"\nroutes = [\"/hello\"]\n[reuse]\nmax_requests = {max}\nmax_concurrent = 8\n")
    });
    server.deploy_as("hello", &manifests[0]);
    let ask = || {
        server.get("/hello").expect(200, "hello, world\n");
    };
    while_asked(ask, || {
        for round in 0..8 {
            server.deploy_as("hello", &manifests[(round + 1) % 2]);
        }
    });
}

#[test]
fn a_component_that_is_removed_under_way_still_answers() {
    let server = Server::start();
    server.deploy("sleeper");
    std::thread::scope(|scope| {
        let under_way = scope.spawn(|| server.get("/sleeper/wait?3000"));
        server.get("/sleeper/wait?50").expect(200, "slept");
        server.cli(&["components", "remove", "sleeper"]).expect_success();
        let answer = under_way.join().expect("the request was answered");
        assert!(answer.took >= Duration::from_secs(3));
        answer.expect(200, "slept");
    });
}
