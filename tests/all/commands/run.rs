//! Running a command: in the server, through its network, and without one.

use guesthouse_tests::{Server, cli};

#[test]
fn a_data_directory_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("nothing");
    cli::run(&missing, &["commander", "say"]).expect_failure(&["`commander`", "there is no data directory at"]);
    assert!(!missing.exists());
}

#[test]
fn output_errors_and_status_are_the_components() {
    let server = Server::start();
    server.deploy("commander");
    server.cli(&["commander", "status", "7"]).expect(7, "out\n", "err\n");
    let misuse = server.cli(&["commander", "--what"]);
    misuse.expect(2, "", "that is not among the things that it does\n");
}

#[test]
fn a_component_gets_all_arguments_but_the_hosts() {
    let server = Server::start();
    server.deploy("commander");
    let data = server.data().display().to_string();
    let said = cli::run(
        std::path::Path::new("elsewhere"),
        &["commander", "say", "--help", "--data-dir", &data, "", "--", "--to", "ü"],
    );
    said.expect(0, "commander [\"--help\", \"\", \"--\", \"--to\", \"ü\"] 1\n", "");
}

#[test]
fn every_call_is_in_an_instance_of_its_own() {
    let server = Server::start();
    server.deploy_as("commander", &reused());
    for _ in 0..3 {
        server.cli(&["commander", "say"]).expect(0, "commander [] 1\n", "");
    }
    server.get("/commander").expect(200, "0");
}

/// The guest's manifest, with instances that answer many requests.
fn reused() -> String {
    format!("{}[reuse]\n", guesthouse_tests::guests::manifest("commander"))
}

#[test]
fn input_is_read_only_by_a_command_that_asks_for_it() {
    let server = Server::start();
    server.deploy("commander");
    let run = |arguments: &[&str], input: &[u8]| cli::run_with_input(server.data(), arguments, input);
    run(&["commander", "input"], b"a\0\xff\n").expect(0, "4 bytes: a\\x00\\xff\\n\n", "");
    run(&["commander", "input"], b"").expect(0, "0 bytes: \n", "");
    run(&["commander", "say"], b"for somebody else").expect(0, "commander [] 1\n", "");
    run(&["commander", "again"], b"more").expect_failure(&["asks for input again"]);
}

#[test]
fn a_command_runs_in_a_stopped_data_directory_as_well() {
    let mut server = Server::start();
    server.deploy("commander");
    server.stop();
    server.cli(&["commander", "status", "3"]).expect(3, "out\n", "err\n");
    cli::run_with_input(server.data(), &["commander", "input"], b"word").expect(0, "4 bytes: word\n", "");
    server.cli(&["commander", "trap"]).expect_failure(&["unreachable"]);
    server.start_again();
    server.cli(&["commander", "say"]).expect(0, "commander [] 1\n", "");
}

#[test]
fn a_server_elsewhere_runs_it_for_whoever_has_the_token() {
    let server = Server::start();
    server.deploy("commander");
    let (elsewhere, to) = (
        tempfile::tempdir().expect("a folder"),
        format!("http://{}", server.address()),
    );
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    let run = |token: &str| {
        cli::run(
            elsewhere.path(),
            &["commander", "status", "7", "--to", &to, "--token", token],
        )
    };
    run("wrong").expect_failure(&["control token"]);
    run(token.trim()).expect(7, "out\n", "err\n");
}

#[test]
fn a_command_is_a_request_of_the_control_api() {
    let server = Server::start();
    server.deploy("commander");
    let send = |token: Option<&str>, method: &str, path: &str, body: &str| {
        let request = server.request(method, path).body(body.as_bytes().to_vec());
        match token {
            Some(token) => request.header("authorization", &format!("Bearer {token}")).send(),
            None => request.send(),
        }
    };
    let path = "/_/control/commands/commander";
    send(None, "POST", path, "").expect_status(401);
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    let token = Some(token.trim());
    let answer = send(token, "POST", path, r#"{"arguments": ["status", "7"]}"#);
    answer.expect(200, r#"{"done":{"status":7,"output":"out\n","errors":"err\n"}}"#);
    let list = send(token, "GET", "/_/control/commands", "").json();
    let list = list.as_array().expect("a list");
    assert!(
        list.iter()
            .any(|line| line["name"] == "commander-slow" && line["component"] == "commander")
    );
    assert_eq!(
        send(token, "POST", "/_/control/commands/nobody", "").json()["error"],
        "no_such_command"
    );
}
