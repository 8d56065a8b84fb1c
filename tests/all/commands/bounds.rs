//! The limits of commands, crossed.

use guesthouse_tests::{Server, cli, wait};
use std::time::{Duration, Instant};

#[test]
fn a_trap_is_told_and_costs_this_call_alone() {
    let server = Server::start();
    server.deploy("commander");
    server
        .cli(&["commander", "trap"])
        .expect_failure(&["`commander` failed", "unreachable"]);
    server.cli(&["commander", "say"]).expect_success();
    server.get("/commander").expect(200, "0");
    server.expect_log("trapped on purpose");
}

#[test]
fn a_loop_is_ended_at_the_commands_time_limit() {
    let server = Server::start();
    server.deploy("commander");
    let begun = Instant::now();
    server
        .cli(&["commander", "loop"])
        .expect_failure(&["ended after 2000 ms"]);
    assert!(
        (2..10).contains(&begun.elapsed().as_secs()),
        "it took {:?}",
        begun.elapsed()
    );
    server.get("/commander").expect(200, "0");
}

#[test]
fn memory_is_that_of_the_component() {
    let server = Server::start();
    server.deploy("commander");
    server
        .cli(&["commander", "hog"])
        .expect_failure(&["`commander` failed"]);
}

#[test]
fn too_much_output_is_not_shown_and_just_enough_is() {
    let server = Server::start();
    server.deploy("commander");
    let most: usize = 8 << 20;
    let flood = |bytes: usize| server.cli(&["commander", "flood", &bytes.to_string()]);
    assert_eq!(flood(most).expect_success().stdout.len(), most);
    flood(most + 1).expect_failure(&["more than 8 MiB"]);
    flood(5 * most).expect_failure(&["`commander` failed", "too much data"]);
}

#[test]
fn too_much_input_and_too_many_arguments_are_refused() {
    let server = Server::start();
    server.deploy("commander");
    let most = vec![b'a'; 8 << 20];
    let input = cli::run_with_input(server.data(), &["commander", "input"], &most).expect_success();
    assert!(input.stdout.starts_with("8388608 bytes"), "{}", &input.stdout[..40]);
    let more = [most, vec![b'a']].concat();
    cli::run_with_input(server.data(), &["commander", "input"], &more).expect_failure(&["larger than 8 MiB"]);
    let many = [vec!["commander", "say"], vec!["x"; 1000]].concat();
    server.cli(&many).expect_failure(&["more than 1000 arguments"]);
    let long = "x".repeat(65 * 1024);
    server.cli(&["commander", "say", &long]).expect_failure(&["64 KiB"]);
}

#[test]
fn the_fifth_command_at_once_is_refused() {
    let server = Server::start();
    server.deploy("commander");
    std::thread::scope(|scope| {
        let loops: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| server.cli(&["commander", "loop"])))
            .collect();
        wait::until("a refusal", Duration::from_secs(10), || {
            let fifth = server.cli(&["commander", "say"]);
            fifth.stderr.contains("4 commands run already").then_some(())
        });
        for one in loops {
            one.join()
                .expect("the command ends")
                .expect_failure(&["ended after 2000 ms"]);
        }
    });
    server.cli(&["commander", "say"]).expect_success();
}
