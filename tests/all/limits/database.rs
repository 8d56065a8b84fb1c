//! Results, values and statements that are too much.

use guesthouse_tests::Server;
use std::time::Duration;

const MIB: u64 = 1 << 20;

fn start() -> Server {
    let server = Server::start();
    server.deploy("big-result");
    server
}

#[track_caller]
fn expect_error(server: &Server, path: &str, error: &str) {
    let answer = server.get(path);
    assert_eq!(
        (answer.status, answer.text().contains(error)),
        (500, true),
        "{path} gave: {}",
        answer.text()
    );
}

#[test]
fn ten_million_rows_at_once_are_too_large() {
    let server = start();
    expect_error(&server, "/big-result/query?10000000", "TooLarge");
    server.get("/big-result/query?1000").expect(200, "1000");
}

#[test]
fn a_large_value_is_too_large() {
    let server = start();
    expect_error(&server, "/big-result/wide?500000000", "TooLarge");
    server.get("/big-result/wide?100000").expect(200, "100000");
}

#[test]
fn a_large_parameter_is_refused() {
    let server = start();
    server.get("/big-result/parameter?50000000").expect_status(500);
    server.get("/big-result/parameter?100000").expect(200, "100000");
}

#[test]
fn a_statement_that_never_ends_is_interrupted() {
    let server = start();
    let answer = server.get("/big-result/slow");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (500, "Error::TimedOut"),
        "{}",
        answer.text()
    );
    assert!(answer.took < Duration::from_secs(25), "it took {:?}", answer.took);
}

#[test]
fn statements_that_never_end_leave_room_for_others() {
    let server = start();
    std::thread::scope(|scope| {
        let slow: Vec<_> = (0..4).map(|_| scope.spawn(|| server.get("/big-result/slow"))).collect();
        while !slow.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let answer = server.get("/big-result/query?10");
            answer.expect(200, "10");
            assert!(answer.took < Duration::from_secs(3), "it took {:?}", answer.took);
        }
    });
}

#[test]
fn many_rows_are_streamed_whole_and_in_bounded_memory() {
    let server = start();
    server.get("/big-result/read?1000").expect(200, "1000");
    let before = server.resident_bytes();
    server.get("/big-result/read?300000").expect(200, "300000");
    server.expect_growth_below(before, 64 * MIB);
}

#[test]
fn a_stream_that_is_dropped_ends_its_statement() {
    let server = start();
    for _ in 0..20 {
        let answer = server.get("/big-result/stop?10000000");
        answer.expect(200, "1");
        assert!(answer.took < Duration::from_secs(5), "it took {:?}", answer.took);
    }
}
