//! Who changed what, and what components were denied: rows that stay.

use super::{control, told};
use guesthouse_tests::{Server, cli, guests, wait};
use serde_json::Value;
use std::time::Duration;

fn house() -> Server {
    let server = Server::start();
    server.deploy("keeper");
    server
}

/// The lines about one component, the oldest first, as `action through detail`.
fn lines(server: &Server, component: &str) -> Vec<String> {
    let lines = told(server, &["audit", "--component", component]);
    let one = |line: &Value| {
        let word = |key: &str| line[key].as_str().expect("a text").to_owned();
        format!("{} {} {}", word("action"), word("actor"), word("detail"))
    };
    lines.as_array().expect("a list").iter().rev().map(one).collect()
}

#[test]
fn the_audit_needs_the_token_and_says_what_it_does_not_understand() {
    let server = house();
    server.get("/_/control/audit").expect_status(401);
    control(&server, "audit?limit=100000").expect_status(400);
    control(&server, "audit?name=keeper").expect_status(400);
    let post = server.request("POST", "/_/control/audit");
    let post = post.header("authorization", &server.control_authorization()).send();
    assert_eq!((post.status, post.header("allow")), (405, Some("GET")));
    assert_eq!(server.cli(&["audit", "--limit", "0"]).code, 2);
}

#[test]
fn every_change_says_who_made_it_and_which_grants_came_with_it() {
    let server = house();
    let wider = guests::manifest("keeper").replace("read = [", "read = [\"MORE\", ");
    server.deploy_as("keeper", &wider);
    server.cli(&["components", "rollback", "keeper"]).expect_success();
    server.cli(&["components", "remove", "keeper"]).expect_success();
    let told = lines(&server, "keeper");
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(
        told[0].starts_with("deploy control socket") && told[0].contains("secrets: read READABLE"),
        "{told:?}"
    );
    assert!(
        told[1].contains("secrets: read MORE") && !told[1].contains("secrets: read READABLE"),
        "{told:?}"
    );
    assert!(
        told[2].starts_with("rollback control socket") && told[3].starts_with("remove control socket"),
        "{told:?}"
    );
}

#[test]
fn a_change_by_the_token_and_one_while_the_server_is_stopped_say_so() {
    let mut server = house();
    let rollback = |server: &Server, name: &str| {
        let request = server.request("DELETE", &format!("/_/control/components/{name}"));
        request.header("authorization", &server.control_authorization()).send()
    };
    rollback(&server, "keeper").expect_status(200);
    server.stop();
    let (wasm, manifest) = (guests::component("keeper"), guests::manifest_path("keeper"));
    let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
    let deploy = ["deploy", &*wasm, "--manifest", &*manifest, "--accept-grants"];
    cli::run(server.data(), &deploy).expect_success();
    let told = cli::run(server.data(), &["audit", "--component", "keeper"])
        .expect_success()
        .stdout;
    assert!(
        told.contains("control token") && told.contains("command line"),
        "{told}"
    );
}

#[test]
fn secrets_are_named_and_never_shown() {
    let server = Server::start();
    server
        .cli_with_input(&["secrets", "set", "KEY"], "very secret")
        .expect_success();
    server.cli(&["secrets", "delete", "KEY"]).expect_success();
    let told = server.cli(&["audit"]).expect_success().stdout;
    assert!(
        told.contains("set secret") && told.contains("delete secret") && told.contains("KEY"),
        "{told}"
    );
    assert!(!told.contains("very secret"), "{told}");
}

#[test]
fn what_is_denied_again_and_again_is_one_line_with_how_often() {
    let server = house();
    for _ in 0..5 {
        server.get("/keeper/get/OTHER").expect_status(200);
    }
    let told = told(&server, &["audit", "--component", "keeper"]);
    let denied = |line: &&Value| line["action"] == "denied";
    let calls = told.as_array().expect("a list").iter().filter(denied).map(|line| {
        assert_eq!(line["detail"], "secrets: read OTHER");
        line["calls"].as_u64().expect("a number")
    });
    let calls: Vec<u64> = calls.collect();
    // Two where the hour has just changed.
    assert!(calls.iter().sum::<u64>() == 5 && calls.len() <= 2, "{calls:?}");
}

#[test]
fn a_component_that_makes_up_names_does_not_fill_the_audit() {
    let server = house();
    for number in 0..1200 {
        server.get(&format!("/keeper/get/NAME_{number}")).expect_status(200);
    }
    let told = told(&server, &["audit", "--component", "keeper", "--limit", "1000"]);
    let report = super::told(&server, &["components", "grants", "keeper"]);
    let lines = report["lines"].as_array().expect("a list");
    let denied: u64 = lines.iter().filter_map(|line| line["denied"].as_u64()).sum();
    assert_eq!(denied, 1200);
    assert!(lines.len() <= 1030, "{} lines", lines.len());
    assert!(lines.iter().any(|line| line["resource"] == "others"));
    assert!(told.as_array().expect("a list").len() <= 1000);
}

#[test]
fn lines_are_there_after_a_restart_and_after_the_server_was_killed() {
    let mut server = house();
    server.get("/keeper/get/OTHER").expect_status(200);
    // It is written every other second.
    wait::until("the denied call to be stored", Duration::from_secs(20), || {
        let rows = server.rows("host", "SELECT count(*) FROM usage WHERE verdict = 'denied'");
        (rows == [[1]]).then_some(())
    });
    server.kill();
    server.start_again();
    let told = lines(&server, "keeper");
    assert!(
        told.iter().any(|line| line == "denied component secrets: read OTHER"),
        "{told:?}"
    );
    assert!(told.iter().any(|line| line.starts_with("deploy ")), "{told:?}");
}
