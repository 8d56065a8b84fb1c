//! What a component may do beside what it did.

use super::{control, told};
use guesthouse_tests::{Server, cli, guests};
use serde_json::{Value, json};

fn house() -> Server {
    let server = Server::start();
    server.deploy("keeper");
    server
        .cli_with_input(&["secrets", "set", "READABLE"], "value")
        .expect_success();
    server
}

fn ask(server: &Server, path: &str) {
    server.get(&format!("/keeper/{path}")).expect_status(200);
}

#[track_caller]
fn line<'a>(report: &'a Value, resource: &str) -> &'a Value {
    let lines = report["lines"].as_array().expect("a list");
    let found = lines.iter().find(|line| line["resource"] == resource);
    found.unwrap_or_else(|| panic!("no {resource} in {lines:?}"))
}

#[test]
fn a_component_that_is_not_deployed_has_no_grants() {
    let server = Server::start();
    server
        .cli(&["components", "grants", "nobody"])
        .expect_failure(&["nobody"]);
    control(&server, "components/nobody/grants").expect_status(404);
    control(&server, "components/records/grants?hours=0").expect_status(400);
    control(&server, "components/records/grants?days=1").expect_status(400);
    server.get("/_/control/components/records/grants").expect_status(401);
    let zero = server.cli(&["components", "grants", "records", "--hours", "0"]);
    assert_eq!(zero.code, 2, "{}", zero.stderr);
}

#[test]
fn each_grant_stands_beside_the_calls_that_used_it_and_denied_calls_follow() {
    let server = house();
    for _ in 0..3 {
        ask(&server, "get/READABLE");
        ask(&server, "get/OTHER");
    }
    ask(&server, "generate/GENERATED/32");
    let report = told(&server, &["components", "grants", "keeper"]);
    let counts = |resource| {
        let line = line(&report, resource);
        [&line["declared"], &line["granted"], &line["used"], &line["denied"]].map(Value::clone)
    };
    assert_eq!(
        counts("secrets: read READABLE"),
        [json!(true), json!(true), json!(3), json!(0)]
    );
    assert_eq!(
        counts("secrets: generate GENERATED"),
        [json!(true), json!(true), json!(1), json!(0)]
    );
    assert_eq!(
        counts("secrets: write WRITABLE"),
        [json!(true), json!(true), json!(0), json!(0)]
    );
    assert_eq!(
        counts("secrets: read OTHER"),
        [json!(false), json!(false), json!(0), json!(3)]
    );
    let table = server.cli(&["components", "grants", "keeper"]).expect_success().stdout;
    assert!(
        table.contains("secrets: read OTHER") && table.contains("--manifest"),
        "{table}"
    );
}

#[test]
fn the_offered_manifest_is_without_what_was_never_used_and_can_be_deployed() {
    let server = house();
    ask(&server, "get/READABLE");
    ask(&server, "set/WRITABLE/x");
    let offered = server
        .cli(&["components", "grants", "keeper", "--manifest"])
        .expect_success()
        .stdout;
    let expected = guests::manifest("keeper")
        .replace("read = [\"READABLE\", \"BOTH\"]", "read = [\"READABLE\"]")
        .replace("generate = [\"GENERATED\"]\n", "")
        .replace("write = [\"WRITABLE\", \"BOTH\"]", "write = [\"WRITABLE\"]");
    assert_eq!(offered, expected);
    server.deploy_as("keeper", &offered);
    ask(&server, "get/READABLE");
    let denied = server.get("/keeper/get/BOTH");
    assert!(denied.text().contains("Denied"), "{}", denied.text());
    // What the version before used counts for this one as well.
    let report = told(&server, &["components", "grants", "keeper"]);
    assert_eq!(line(&report, "secrets: read READABLE")["used"], 2);
}

#[test]
fn counts_survive_a_restart_and_can_be_read_from_a_stopped_server() {
    let mut server = house();
    ask(&server, "get/READABLE");
    server.restart();
    ask(&server, "get/READABLE");
    server.stop();
    let printed = cli::run(server.data(), &["components", "grants", "keeper", "--json"]).expect_success();
    let report: Value = serde_json::from_str(&printed.stdout).expect("it is JSON");
    assert_eq!(line(&report, "secrets: read READABLE")["used"], 2);
}

#[test]
fn a_table_of_a_statement_counts_for_the_grant_that_covers_it() {
    let tables = "CREATE TABLE bait (text TEXT) STRICT; CREATE TABLE mixed (open TEXT, shut TEXT) STRICT;";
    let server = Server::prepare().migration("U1__bait.sql", tables).start();
    server.deploy("table-thief");
    server.get("/table-thief/granted").expect_status(200);
    let report = told(&server, &["components", "grants", "table-thief"]);
    for (resource, used) in [
        ("sqlite main: read bait", 1),
        ("sqlite main: write bait", 1),
        ("sqlite main: read mixed.open", 1),
        ("sqlite main: write mixed.open", 1),
        ("sqlite main: read bait_with_vault", 0),
    ] {
        assert_eq!(line(&report, resource)["used"], used, "{resource}");
    }
    server.get("/table-thief").expect_status(200);
    let report = told(&server, &["components", "grants", "table-thief"]);
    assert!(line(&report, "sqlite main: table vault")["denied"].as_u64() > Some(1));
    assert_eq!(line(&report, "sqlite: database host")["denied"], 1);
}

#[test]
fn many_who_ask_at_once_are_told_each_call_once() {
    let server = house();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    ask(&server, "get/READABLE");
                    control(&server, "components/keeper/grants").expect_status(200);
                }
            });
        }
    });
    let report = told(&server, &["components", "grants", "keeper"]);
    assert_eq!(line(&report, "secrets: read READABLE")["used"], 200);
}
