//! Transactions that are held for too long, or forgotten.

use guesthouse_tests::{Server, wait};
use std::time::Duration;

fn start() -> Server {
    let server = Server::start();
    server.deploy("sleeper");
    server
}

/// Writes one row, which is the only one then; says how long that took, which is as long as anybody has the writer.
#[track_caller]
pub fn expect_free_writer(server: &Server) -> Duration {
    let write = server.get("/sleeper/write");
    write.expect_status(200);
    assert!(
        write.took < Duration::from_secs(3),
        "it waited {:?} for the writer",
        write.took
    );
    server.get("/sleeper/count").expect(200, "1");
    write.took
}

#[test]
fn the_lease_of_a_sleeper_ends_and_others_go_on() {
    let server = start();
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| server.get("/sleeper/transaction?9000"));
        // Each is done either before the sleeper has the writer, or when its lease has ended.
        for _ in 0..3 {
            let written = || (server.get("/sleeper/write").status == 200).then_some(());
            wait::until("a write", Duration::from_secs(15), written);
        }
        assert!(
            !sleeper.is_finished(),
            "the sleeper is meant to sleep for longer than its lease"
        );
        let answer = sleeper.join().expect("the request was answered");
        assert_eq!(
            (answer.status, answer.text().contains("Closed")),
            (500, true),
            "{}",
            answer.text()
        );
    });
    server.get("/sleeper/count").expect(200, "3");
}

#[test]
fn whoever_reads_does_not_wait_for_a_sleeper_and_sees_nothing_of_it() {
    let server = start();
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| server.get("/sleeper/transaction?9000"));
        wait::until("the sleeper to wake up", Duration::from_secs(30), || {
            let count = server.get("/sleeper/count");
            count.expect(200, "0");
            assert!(count.took < Duration::from_secs(2), "it took {:?}", count.took);
            sleeper.is_finished().then_some(())
        });
        sleeper.join().expect("the request was answered").expect_status(500);
    });
    server.get("/sleeper/count").expect(200, "0");
}

#[test]
fn a_forgotten_transaction_is_rolled_back_at_once() {
    let server = start();
    server.get("/sleeper/abandon").expect(200, "abandoned");
    expect_free_writer(&server);
}

#[test]
fn a_short_transaction_is_committed() {
    let server = start();
    server.get("/sleeper/transaction?50").expect(200, "committed");
    server.get("/sleeper/count").expect(200, "1");
}

#[test]
fn a_client_that_goes_away_does_not_keep_the_writer() {
    let server = start();
    for _ in 0..5 {
        let mut connection = guesthouse_tests::raw::Raw::connect(server.address());
        connection.send("GET /sleeper/transaction?20000 HTTP/1.1\r\nhost: a\r\n\r\n");
    }
    expect_free_writer(&server);
}
