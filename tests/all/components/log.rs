//! What a component writes to its standard output and standard error, and what the host has to say about it.

use guesthouse_tests::{Server, wait};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(30);
const MIB: u64 = 1 << 20;

/// The lines of a component, without their times.
#[track_caller]
fn lines(server: &Server, name: &str) -> Vec<String> {
    let printed = server.cli(&["components", "logs", name, "--lines", "20000"]);
    let printed = printed.expect_success().stdout;
    let line = |line: &str| line.split_once(' ').expect("a time").1.to_string();
    printed.lines().map(line).collect()
}

/// The same, once this is among them.
#[track_caller]
fn lines_with(server: &Server, name: &str, text: &str) -> Vec<String> {
    wait::until(&format!("{text:?} in the log of {name}"), TIMEOUT, || {
        Some(lines(server, name)).filter(|lines| lines.iter().any(|line| line.contains(text)))
    })
}

/// What the files of `logs.db` have together.
fn size_on_disk(server: &Server) -> u64 {
    let files = ["logs.db", "logs.db-wal"].map(|name| server.data().join(name));
    let sizes = files
        .iter()
        .map(|file| file.metadata().map_or(0, |metadata| metadata.len()));
    sizes.sum()
}

#[test]
fn standard_error_of_the_server_shows_the_line_and_whose_it_is() {
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
    let kept = lines_with(&server, "logger", "err: end");
    let longest = kept.iter().map(String::len).max();
    assert!(
        longest.is_some_and(|length| (4000..5000).contains(&length)),
        "{longest:?}"
    );
}

#[test]
fn lines_of_both_streams_are_kept_in_order_each_with_its_version() {
    let server = Server::start();
    server.deploy("logger");
    server.get("/logger?1").expect(200, "logged\n");
    server.deploy("logger");
    server.get("/logger?2").expect(200, "logged\n");
    lines_with(&server, "logger", "err: 2");
    assert_eq!(
        lines(&server, "logger"),
        [
            "v1 stdout out: 1",
            "v1 stderr err: 1",
            "v2 stdout out: 2",
            "v2 stderr err: 2"
        ]
    );
}

#[test]
fn the_log_of_another_component_shows_nothing_of_it() {
    let server = Server::start();
    server.deploy("logger");
    server.deploy("hello");
    server.get("/logger?1").expect(200, "logged\n");
    lines_with(&server, "logger", "err: 1");
    assert!(lines(&server, "hello").is_empty());
}

#[test]
fn lines_survive_a_stop_and_the_removal_of_their_component() {
    let mut server = Server::start();
    server.deploy("logger");
    server.get("/logger?1").expect(200, "logged\n");
    server.stop();
    let expected = ["v1 stdout out: 1", "v1 stderr err: 1"];
    assert_eq!(lines(&server, "logger"), expected, "without a server");
    server.start_again();
    assert_eq!(lines(&server, "logger"), expected);
    server.cli(&["components", "remove", "logger"]).expect_success();
    assert_eq!(lines(&server, "logger"), expected);
}

#[test]
fn what_was_written_a_moment_ago_survives_kill_9() {
    let mut server = Server::start();
    server.deploy("logger");
    server.get("/logger?1").expect(200, "logged\n");
    lines_with(&server, "logger", "err: 1");
    server.kill();
    server.start_again();
    server.get("/logger?2").expect(200, "logged\n");
    let all = lines_with(&server, "logger", "err: 2");
    assert_eq!(all.len(), 4, "{all:?}");
}

#[test]
fn the_host_says_why_an_instance_ended_and_which_request_failed() {
    let server = Server::start();
    server.deploy("logger");
    server.get("/logger/trap?seventeen").expect_status(500);
    let all = lines_with(&server, "logger", " was not answered: ");
    let host: Vec<&String> = all.iter().filter(|line| line.starts_with("v1 host ")).collect();
    assert!(
        host.iter()
            .any(|line| line.contains("an instance ended, trapped: wasm trap")),
        "{all:?}"
    );
    assert!(
        all.iter()
            .any(|line| line.starts_with("v1 stderr") && line.contains("seventeen")),
        "{all:?}"
    );
}

#[test]
fn the_host_says_that_an_instance_took_too_long_or_too_much_memory() {
    let server = Server::start();
    server.deploy("hog");
    server.get("/hog/fill").expect_status(500);
    lines_with(&server, "hog", "out-of-memory");
    server.deploy("loop");
    server.get("/loop/forever").expect_status(504);
    lines_with(&server, "loop", "timed-out");
}

#[test]
fn the_host_says_why_what_is_done_all_the_time_has_failed() {
    let server = Server::start();
    server.deploy("clockwork");
    for (task, said) in [
        ("fail", "it was told to fail"),
        ("misconfigure", "it was told to say so"),
    ] {
        server
            .request("POST", &format!("/clockwork?task={task}"))
            .send()
            .expect_status(200);
        let all = lines_with(&server, "clockwork", said);
        assert!(all.iter().any(|line| line.starts_with("v1 host ")), "{all:?}");
    }
}

#[test]
fn the_host_says_which_command_failed() {
    let server = Server::start();
    server.deploy("commander");
    assert_ne!(server.cli(&["commander", "trap"]).code, 0);
    let all = lines_with(&server, "commander", "the command `commander` failed");
    assert!(all.iter().any(|line| line.starts_with("v1 host ")), "{all:?}");
}

#[test]
fn a_flood_is_bounded_and_counted_and_slows_nobody() {
    let server = Server::start();
    server.deploy("logger");
    server.deploy("hello");
    server.get("/logger/many?10").expect(200, "logged\n");
    let before = server.resident_bytes();
    let slowest = std::thread::scope(|scope| {
        let flood = scope.spawn(|| {
            server.get("/logger/many?100000").expect(200, "logged\n");
        });
        let mut slowest = Duration::ZERO;
        while !flood.is_finished() {
            let begun = Instant::now();
            server.get("/hello").expect(200, "hello, world\n");
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    });
    assert!(slowest < Duration::from_secs(2), "somebody waited for {slowest:?}");
    lines_with(&server, "logger", "lines were lost here");
    // Between writing and pruning there are some more.
    wait::until("no more lines than are kept", TIMEOUT, || {
        (lines(&server, "logger").len() <= 11_250).then_some(())
    });
    assert!(size_on_disk(&server) < 24 * MIB, "{} bytes", size_on_disk(&server));
    server.expect_growth_below(before, 64 * MIB);
    wait::until("a line after the flood", TIMEOUT, || {
        // The first may still be one too many.
        server.get("/logger?after").expect(200, "logged\n");
        let newest = server.cli(&["components", "logs", "logger", "--lines", "1"]);
        newest.stdout.contains("err: after").then_some(())
    });
}
