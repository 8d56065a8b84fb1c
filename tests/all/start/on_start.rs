//! Commands that components ask to have run when the server starts (`on_start` in a manifest).

use guesthouse_tests::Server;
use guesthouse_tests::guests::manifest;

/// A manifest of `commander` with commands that are run with these arguments.
fn with_commands(arguments: &[&str]) -> String {
    let commands = arguments.iter().enumerate().map(|(index, arguments)| {
        format!("[[command]]\nname = \"c{index}\"\nabout = \"About\"\ntimeout_ms = 2000\non_start = {arguments}\n")
    });
    let all: String = commands.collect();
    format!("name = \"commander\"\nroutes = [\"/commander\"]\n{all}")
}

/// Starts it again, and once more: what it wrote by then is all that it writes.
fn written_by_a_start(server: &mut Server) -> String {
    server.restart();
    server.get("/api/healthcheck").expect_status(200);
    server.stop();
    server.log()
}

#[test]
fn a_mistake_is_refused_with_its_path() {
    let server = Server::start();
    for (on_start, said) in [
        ("\"say\"", "`command[0].on_start` invalid type: string"),
        ("[7]", "`command[0].on_start` invalid type: integer"),
        (
            &format!("[\"{}\"]", "a".repeat(70_000)),
            "`command[0].on_start` the command `c0` was given more than",
        ),
    ] {
        let refused = server.try_deploy_as("commander", &with_commands(&[on_start]));
        refused.expect_failure(&[said]);
    }
}

#[test]
fn one_that_fails_is_a_warning_and_the_server_runs() {
    let mut server = Server::start();
    server.deploy_as(
        "commander",
        &with_commands(&["[\"trap\"]", "[\"loop\"]", "[\"input\"]", "[\"status\", \"7\"]"]),
    );
    server.restart();
    server.get("/api/healthcheck").expect_status(200);
    server.expect_log("status=7");
    let log = server.log();
    for (command, said) in [
        ("c0", "unreachable"),
        ("c1", "was ended after 2000 ms"),
        ("c2", "asks for input, which nobody gives"),
        ("c3", "status=7"),
    ] {
        let line = log.lines().find(|line| line.contains(&format!("command={command}")));
        let line = line.unwrap_or_else(|| panic!("nothing of {command} in {log}"));
        assert!(line.contains("WARN") && line.contains(said), "{line}");
    }
    assert!(log.contains("commander: out\ncommander: err\n"), "{log}");
}

#[test]
fn it_is_run_once_for_each_start_and_what_it_says_names_the_component() {
    let mut server = Server::start();
    server.deploy_as("commander", &with_commands(&["[\"say\", \"a b\"]", "[]"]));
    let shown = server.cli(&["components", "show", "commander"]).expect_success().stdout;
    assert!(shown.contains("on start     c0 say a b; c1 \n"), "{shown}");
    for _ in 0..2 {
        let log = written_by_a_start(&mut server);
        assert_eq!(log.matches("commander: c0 [\"a b\"] 1\n").count(), 1, "{log}");
        assert_eq!(
            log.matches("commander: that is not among the things").count(),
            1,
            "{log}"
        );
    }
    server.start_again();
    assert!(!manifest("commander").contains("on_start"));
    server.deploy("commander");
    assert!(!written_by_a_start(&mut server).contains("commander: "));
}
