//! The built-ins are components like any other: a stranger can take their place, and give it back.

use crate::notes;

const STRANGER: &str = "name = \"records\"\nroutes = [\"/api/records/v1/{api}\"]\n";

#[test]
fn a_stranger_replaces_the_records_and_a_rollback_brings_them_back() {
    let mut server = notes::start();
    notes::create(&server, serde_json::json!({"text": "mine"}));
    server.deploy_as("hello", STRANGER);
    server.get(notes::PATH).expect(200, "hello, world\n");
    server.restart();
    server.get(notes::PATH).expect(200, "hello, world\n");
    server.cli(&["components", "rollback", "records"]).expect_success();
    assert_eq!(notes::count(&server), 1);
    server.restart();
    assert_eq!(notes::count(&server), 1);
}

#[test]
fn removing_the_stranger_brings_the_built_in_back() {
    let server = notes::start();
    server.deploy_as("hello", STRANGER);
    server.cli(&["components", "remove", "records"]).expect_success();
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_stranger_has_only_what_it_was_granted_itself() {
    let server = notes::start();
    server.deploy_as("table-thief", STRANGER);
    let answer = server.get("/api/records/v1/anything");
    answer.expect_status(200);
    let outcomes = answer.json();
    let denied = outcomes["count"]
        .as_str()
        .is_some_and(|outcome| outcome.starts_with("Error::Denied"));
    assert!(denied, "{}", outcomes["count"]);
}
