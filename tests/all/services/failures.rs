//! Providers that trap, loop, are slow or say too much: the consumer answers, and others go on.

use guesthouse_tests::{Server, guests};
use std::time::Duration;

/// The time limit of the provider is one second; the machine may be busy.
const TOO_LONG: Duration = Duration::from_secs(5);

fn shop() -> Server {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    server
}

#[test]
fn a_trap_of_the_provider_is_no_trap_of_its_consumer() {
    let server = shop();
    for _ in 0..10 {
        server.get("/shop?trap").expect(503, "nobody answers");
        server.get("/shop?lamp").expect_status(200);
    }
    server.expect_log("trapped on request");
}

#[test]
fn a_provider_that_loops_or_is_slow_is_given_up_and_replaced() {
    let server = shop();
    for behaviour in ["loop", "slow"] {
        let answer = server.get(&format!("/shop?{behaviour}"));
        answer.expect(503, "nobody answers");
        assert!(answer.took < TOO_LONG, "it took {:?}", answer.took);
        server.get("/shop?lamp").expect_status(200);
    }
}

#[test]
fn others_go_on_beside_providers_that_loop() {
    let server = shop();
    std::thread::scope(|scope| {
        let loops: Vec<_> = (0..8).map(|_| scope.spawn(|| server.get("/shop?loop"))).collect();
        while !loops.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            server.get("/shop/fine").expect(200, "still here");
        }
        for looping in loops {
            looping
                .join()
                .expect("the request was answered")
                .expect(503, "nobody answers");
        }
    });
    server.get("/shop?lamp").expect_status(200);
}

#[test]
fn a_consumer_waits_for_half_of_its_own_time_at_most() {
    let server = Server::start();
    server.deploy("shop");
    let patient = guests::manifest("prices").replace("timeout_ms = 1000", "timeout_ms = 60000");
    server.deploy_as("prices", &patient);
    let answer = server.get("/shop?loop");
    answer.expect(503, "nobody answers");
    assert!(answer.took >= Duration::from_secs(4), "it took {:?}", answer.took);
}

#[test]
fn more_than_a_service_carries_is_not_carried() {
    let server = shop();
    server.get("/shop?large").expect(503, "nobody answers");
    server.get("/shop/large").expect(503, "nobody answers");
    server.expect_log("the arguments are larger");
    server.expect_log("the result is larger");
    server.get("/shop?lamp").expect_status(200);
}

#[test]
fn more_calls_than_can_run_at_once_wait_and_not_for_long() {
    let server = Server::start();
    server.deploy("shop");
    server.deploy_as(
        "shop",
        &guests::manifest("shop")
            .replace("\"shop\"", "\"mall\"")
            .replace("\"/shop", "\"/mall"),
    );
    // Each call takes three seconds, so that those that wait are told no before it is their turn.
    let patient = guests::manifest("prices").replace("timeout_ms = 1000", "timeout_ms = 60000");
    server.deploy_as("prices", &patient);
    let ask = |at: usize| server.get(["/shop?slow", "/mall?slow"][at % 2]).status;
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let slow: Vec<_> = (0..240).map(|at| scope.spawn(move || ask(at))).collect();
        slow.into_iter()
            .map(|request| request.join().expect("it was answered"))
            .collect()
    });
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert!(
        count(200) >= 64 && count(503) > 0 && count(200) + count(503) == 240,
        "{statuses:?}"
    );
    server.get("/shop?lamp").expect_status(200);
}
