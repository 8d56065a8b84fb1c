//! Providers that come, change and go while their consumers run.

use guesthouse_tests::callers::Key;
use guesthouse_tests::{Server, guests, under_load};

/// Runs `change` while requests are under way; every answer must be one of `expected`.
fn while_asked(server: &Server, path: &str, expected: &[&str], change: impl FnOnce()) {
    let ask = || {
        let answer = server.get_as("good", path);
        let text = answer.expect_status(200).text();
        assert!(expected.iter().any(|expected| text.contains(expected)), "{text}");
    };
    under_load::while_asked(ask, change);
}

#[test]
fn no_request_fails_while_providers_are_swapped() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    let manifests =
        [10, 20].map(|max| guests::manifest("prices").replace("max_requests = 0", &format!("max_requests = {max}")));
    while_asked(&server, "/shop?lamp", &["lamp"], || {
        for round in 0..6 {
            server.deploy_as("prices", &manifests[round % 2]);
            server.cli(&["components", "rollback", "prices"]).expect_success();
        }
    });
}

#[test]
fn no_request_fails_while_the_provider_of_identities_comes_and_goes() {
    let server = Server::start();
    server.deploy("whoami");
    server.deploy_api_keys(&[Key::new("good", b"alice")]);
    while_asked(&server, "/whoami", &["alice", "anonymous"], || {
        for _ in 0..4 {
            server.cli(&["components", "remove", "api-keys"]).expect_success();
            server.deploy("api-keys");
            server.deploy("api-keys");
            server.cli(&["components", "rollback", "api-keys"]).expect_success();
        }
    });
    server.get_as("good", "/whoami").expect(200, "alice");
}

#[test]
fn a_call_under_way_ends_on_the_provider_where_it_began() {
    let server = Server::start();
    server.deploy("shop");
    let patient = guests::manifest("prices").replace("timeout_ms = 1000", "timeout_ms = 60000");
    server.deploy_as("prices", &patient);
    std::thread::scope(|scope| {
        let under_way = scope.spawn(|| server.get("/shop?slow"));
        server.get("/shop?lamp").expect_status(200);
        server.cli(&["components", "remove", "prices"]).expect_success();
        server.get("/shop?lamp").expect(503, "nobody answers");
        assert!(!under_way.is_finished(), "the machine is too slow for this test");
        under_way.join().expect("the request was answered").expect_status(200);
    });
}
