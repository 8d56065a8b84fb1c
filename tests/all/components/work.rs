//! Components that do something all the time: one run at any moment, called again when it ends, stopped when it has to.

use guesthouse_tests::{Server, guests, wait};
use std::time::{Duration, Instant};

/// More than the longest pause, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A run: how many others were open when it began, and how it ended.
type Run = (u64, String);

fn house() -> Server {
    let server = Server::start();
    server.deploy("clockwork");
    server
}

fn runs(server: &Server) -> Vec<Run> {
    let text = server.get("/clockwork").expect_status(200).text();
    let run = |line: &str| {
        let parts: Vec<&str> = line.split(' ').collect();
        (parts[1].parse().expect("a number"), parts[2].to_owned())
    };
    text.lines().map(run).collect()
}

fn give(server: &Server, task: &str) {
    let given = server.request("POST", &format!("/clockwork?task={task}")).send();
    given.expect(200, "given");
}

/// Waits until so many runs have begun.
#[track_caller]
fn expect_runs(server: &Server, count: usize) -> Vec<Run> {
    wait::until("another run", SOON, || {
        Some(runs(server)).filter(|runs| runs.len() >= count)
    })
}

fn ended(how: &str) -> Run {
    (0, how.into())
}

#[test]
fn a_run_that_computes_without_end_is_cut_off_and_nobody_waits_for_it() {
    let server = house();
    server.deploy("hello");
    expect_runs(&server, 1);
    give(&server, "loop");
    wait::until("the run to be cut off", SOON, || {
        server.get("/hello").expect_status(200);
        server
            .log()
            .contains("it computed for too long without waiting")
            .then_some(())
    });
    assert_eq!(expect_runs(&server, 2)[0], ended("looped"));
}

#[test]
fn a_run_that_fails_is_called_again_after_pauses_that_grow() {
    let server = house();
    for (number, task) in ["fail", "trap", "fail"].into_iter().enumerate() {
        expect_runs(&server, number + 1);
        give(&server, task);
    }
    let runs = expect_runs(&server, 4);
    let failed: Vec<&str> = runs.iter().map(|(_, ended)| ended.as_str()).collect();
    assert_eq!(failed, ["failed", "-", "failed", "-"]);
    for pause in ["retry_ms=250", "retry_ms=500", "retry_ms=1000"] {
        server.expect_log(pause);
    }
    server.expect_log("it was told to fail");
}

#[test]
fn a_run_that_finds_its_component_set_up_wrongly_says_why_and_is_not_called_at_once() {
    let server = house();
    expect_runs(&server, 1);
    give(&server, "misconfigure");
    server.expect_log("it was told to say so");
    // By then any other run would have begun again.
    give(&server, "return");
    let waited = wait::for_value(Duration::from_secs(2), || Some(()).filter(|()| runs(&server).len() > 1));
    assert_eq!(waited, None, "{:?}", runs(&server));
}

#[test]
fn a_run_that_returns_is_no_failure_and_is_called_again() {
    let server = house();
    expect_runs(&server, 1);
    give(&server, "return");
    assert_eq!(expect_runs(&server, 2)[0], ended("returned"));
    assert!(!server.log().contains("has failed"), "{}", server.log());
}

#[test]
fn another_version_begins_when_the_one_before_has_ended() {
    let server = house();
    for round in 1..=5 {
        let runs = expect_runs(&server, round);
        assert!(runs.iter().all(|(open, _)| *open == 0), "{runs:?}");
        deploy_changed(&server, &format!("round {round}"));
    }
    let runs = expect_runs(&server, 6);
    assert_eq!(runs[..5], vec![ended("told"); 5][..]);
    server.cli(&["components", "rollback", "clockwork"]).expect_success();
    assert_eq!(expect_runs(&server, 7)[5..6], [ended("told")]);
}

#[test]
fn what_does_not_stop_is_cut_off_and_its_successor_begins() {
    let server = house();
    expect_runs(&server, 1);
    give(&server, "stay");
    wait::until("the task to be taken", SOON, || {
        Some(()).filter(|()| runs(&server)[0] == ended("stayed"))
    });
    deploy_changed(&server, "another");
    expect_runs(&server, 2);
    server.expect_log("it did not end when it was told to");
}

#[test]
fn a_component_that_is_removed_stops() {
    let server = house();
    expect_runs(&server, 1);
    server.cli(&["components", "remove", "clockwork"]).expect_success();
    server.deploy("clockwork");
    assert_eq!(expect_runs(&server, 2), [ended("told"), ended("-")]);
}

#[test]
fn the_server_tells_it_to_stop_and_begins_it_again_at_the_next_start() {
    let mut server = house();
    expect_runs(&server, 1);
    let begun = Instant::now();
    assert!(server.stop().success());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    server.start_again();
    assert_eq!(expect_runs(&server, 2), [ended("told"), ended("-")]);
}

#[test]
fn a_deployment_without_a_server_begins_nothing() {
    let mut server = Server::start();
    assert!(server.stop().success());
    server.deploy("clockwork");
    server.start_again();
    assert_eq!(expect_runs(&server, 1), [ended("-")]);
}

#[track_caller]
fn deploy_changed(server: &Server, description: &str) {
    server.deploy_as(
        "clockwork",
        &guests::manifest("clockwork").replace("as it is told", description),
    );
}
