//! Many requests at once.

use guesthouse_tests::{Server, http2};
use std::time::Duration;

#[test]
fn more_requests_than_can_run_at_once_wait_for_their_turn() {
    let server = Server::start();
    server.deploy("sleeper");
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..200)
            .map(|_| scope.spawn(|| server.get("/sleeper/wait?300")))
            .collect();
        for request in waiting {
            request.join().expect("every request is answered").expect(200, "slept");
        }
    });
}

#[test]
fn requests_that_are_begun_and_taken_back_do_not_wear_the_server_out() {
    let server = Server::start();
    server.deploy("sleeper");
    let begun = http2::begin_and_reset(server.address(), "/sleeper/wait?5000", 20_000);
    assert!(begun < 20_000, "the server took all of them");
    let answer = server.get("/sleeper/wait?1");
    answer.expect(200, "slept");
    assert!(answer.took < Duration::from_secs(3), "it took {:?}", answer.took);
}

#[test]
fn a_request_that_takes_too_long_is_ended_and_its_component_goes_on() {
    let server = Server::start();
    let short = guesthouse_tests::guests::manifest("sleeper").replace("timeout_ms = 30000", "timeout_ms = 500");
    server.deploy_as(
        "sleeper",
        &short.replace("[grants.sqlite.main]", "[grants.sqlite.other]"),
    );
    let answer = server.get("/sleeper/wait?20000");
    answer.expect_status(504);
    assert!(answer.took < Duration::from_secs(5), "it took {:?}", answer.took);
    server.get("/sleeper/wait?1").expect(200, "slept");
}
