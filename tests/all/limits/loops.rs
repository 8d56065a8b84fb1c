//! Loops without end.

use guesthouse_tests::raw::Raw;
use guesthouse_tests::{Answer, Server};
use std::time::Duration;

/// The time limit of the guest's manifest is one second; the machine may be busy.
const TOO_LONG: Duration = Duration::from_secs(6);

#[track_caller]
fn expect_ended(answer: &Answer) {
    assert!((500..600).contains(&answer.status), "{answer:?}");
    assert!(answer.took < TOO_LONG, "it took {:?}", answer.took);
}

#[test]
fn a_loop_is_ended_at_its_deadline() {
    let server = Server::start();
    server.deploy("loop");
    expect_ended(&server.get("/loop/forever"));
    server.get("/loop/fine").expect(200, "still here\n");
}

#[test]
fn a_loop_inside_a_memory_operation_is_ended_as_well() {
    let server = Server::start();
    server.deploy("loop");
    expect_ended(&server.get("/loop/fill"));
    server.get("/loop/fine").expect(200, "still here\n");
}

#[test]
fn a_loop_after_the_head_of_an_answer_is_ended_as_well() {
    let server = Server::start();
    server.deploy("loop");
    let mut connection = Raw::connect(server.address());
    connection.send("GET /loop/after HTTP/1.1\r\nhost: a\r\n\r\n");
    let (answer, took) = connection.read_to_end();
    assert!(answer.contains("begun") && !answer.ends_with("0\r\n\r\n"), "{answer}");
    assert!(took < TOO_LONG, "it took {took:?}");
}

#[test]
fn other_components_go_on_beside_twenty_loops() {
    let server = Server::start();
    server.deploy("loop");
    server.deploy("hello");
    std::thread::scope(|scope| {
        let loops: Vec<_> = (0..20).map(|_| scope.spawn(|| server.get("/loop/forever"))).collect();
        while !loops.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let answer = server.get("/hello");
            answer.expect(200, "hello, world\n");
            assert!(answer.took < Duration::from_secs(2), "it took {:?}", answer.took);
        }
        for looping in loops {
            let answer = looping.join().expect("the request was answered");
            assert!((500..600).contains(&answer.status), "{answer:?}");
        }
    });
    server.get("/loop/fine").expect(200, "still here\n");
}
