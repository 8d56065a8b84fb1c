//! What a component writes to its standard output and standard error.

use guesthouse_tests::{Server, wait};
use std::time::Duration;

#[test]
fn the_log_shows_the_line_and_whose_it_is() {
    let server = Server::start();
    server.deploy("logger");
    server.get("/logger?marker-17").expect(200, "logged\n");
    for line in ["out: marker-17", "err: marker-17"] {
        let found = wait::until("the line in the log", Duration::from_secs(5), || {
            server
                .log()
                .lines()
                .find(|logged| logged.contains(line))
                .map(String::from)
        });
        assert!(found.contains("logger"), "{found}");
    }
}

#[test]
fn a_line_is_cut_where_it_is_too_long() {
    let server = Server::start();
    server.deploy("logger");
    server.get("/logger/flood?end").expect(200, "logged\n");
    let longest = server.log().lines().map(str::len).max();
    assert!(longest.is_some_and(|length| length < 5000), "{longest:?}");
}
