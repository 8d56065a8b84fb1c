//! Whether instances are reused is the manifest's to say.

use guesthouse_tests::{Server, guests};

fn counts(server: &Server, requests: usize) -> Vec<u64> {
    (0..requests)
        .map(|_| server.get("/counter").text().parse().expect("a number"))
        .collect()
}

#[test]
fn by_default_every_request_gets_a_fresh_instance() {
    let server = Server::start();
    server.deploy("counter");
    assert_eq!(counts(&server, 10), [1; 10]);
}

#[test]
fn an_instance_is_reused_where_the_manifest_asks_for_it() {
    let server = Server::start();
    let reuse = "[reuse]\nmax_requests = 0\nmax_concurrent = 4\n";
    server.deploy_as("counter", &format!("{}{reuse}", guests::manifest("counter")));
    assert!(counts(&server, 64).into_iter().any(|count| count > 4));
}

#[test]
fn an_instance_is_dropped_after_as_many_requests_as_the_manifest_says() {
    let server = Server::start();
    let reuse = "[reuse]\nmax_requests = 3\nmax_concurrent = 1\n";
    server.deploy_as("counter", &format!("{}{reuse}", guests::manifest("counter")));
    let counts = counts(&server, 64);
    assert_eq!(counts.iter().max(), Some(&3), "{counts:?}");
}
