//! Versions: deploying, rolling back, removing.

use guesthouse_tests::{Server, guests};

/// Two behaviours under one name and path.
const MANIFEST: &str = "name = \"thing\"\nroutes = [\"/thing\"]\n";

#[test]
fn what_is_not_deployed_cannot_be_shown_rolled_back_or_removed() {
    let server = Server::start();
    for command in ["show", "versions", "rollback", "remove"] {
        server
            .cli(&["components", command, "nobody"])
            .expect_failure(&["nobody"]);
    }
}

#[test]
fn a_first_version_has_nothing_to_roll_back_to() {
    let server = Server::start();
    server.deploy("hello");
    server
        .cli(&["components", "rollback", "hello"])
        .expect_failure(&["hello"]);
    server
        .cli(&["components", "rollback", "hello", "--version", "9"])
        .expect_failure(&["9"]);
    server.get("/hello").expect(200, "hello, world\n");
}

#[test]
fn routes_are_live_at_once() {
    let server = Server::start();
    server.get("/hello").expect_status(404);
    server.deploy("hello");
    server.get("/hello").expect(200, "hello, world\n");
}

#[test]
fn a_new_version_takes_over_and_a_rollback_brings_the_old_one_back() {
    let server = Server::start();
    server.deploy_as("counter", MANIFEST);
    server.get("/thing").expect(200, "1");
    server.deploy_as("hello", MANIFEST);
    server.get("/thing").expect(200, "hello, world\n");
    server.cli(&["components", "rollback", "thing"]).expect_success();
    server.get("/thing").expect(200, "1");
    server
        .cli(&["components", "rollback", "thing", "--version", "2"])
        .expect_success();
    server.get("/thing").expect(200, "hello, world\n");
}

#[test]
fn a_rollback_survives_a_restart() {
    let mut server = Server::start();
    server.deploy_as("counter", MANIFEST);
    server.deploy_as("hello", MANIFEST);
    server.cli(&["components", "rollback", "thing"]).expect_success();
    server.restart();
    server.get("/thing").expect(200, "1");
}

#[test]
fn routes_that_a_new_version_no_longer_has_are_gone() {
    let server = Server::start();
    server.deploy_as("hello", "name = \"thing\"\nroutes = [\"/old\", \"/both\"]\n");
    server.deploy_as("hello", "name = \"thing\"\nroutes = [\"/both\", \"/new\"]\n");
    server.get("/old").expect_status(404);
    server.get("/both").expect_status(200);
    server.get("/new").expect_status(200);
}

#[test]
fn a_removed_component_is_gone_and_stays_gone() {
    let mut server = Server::start();
    server.deploy("hello");
    server.cli(&["components", "remove", "hello"]).expect_success();
    server.get("/hello").expect_status(404);
    server.restart();
    server.get("/hello").expect_status(404);
    server.deploy("hello");
    server.get("/hello").expect_status(200);
}

#[test]
fn the_list_the_versions_and_the_details_say_what_runs() {
    let server = Server::start();
    server.deploy("sleeper");
    let with_limit = guests::manifest("sleeper").replace("timeout_ms = 30000", "timeout_ms = 20000");
    server.deploy_as("sleeper", &with_limit);
    let list = server.cli(&["components", "list"]).expect_success().stdout;
    assert!(list.contains("records") && list.contains("sleeper"), "{list}");
    let versions = server
        .cli(&["components", "versions", "sleeper"])
        .expect_success()
        .stdout;
    assert!(versions.contains('1') && versions.contains('2'), "{versions}");
    let details = server.cli(&["components", "show", "sleeper"]).expect_success().stdout;
    for part in ["/sleeper/{*rest}", "nap"] {
        assert!(details.contains(part), "expected {part:?} in: {details}");
    }
}

#[test]
fn a_name_may_be_given_at_deploy() {
    let server = Server::start();
    let (wasm, manifest) = (guests::component("hello"), guests::manifest_path("hello"));
    let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
    server
        .cli(&["deploy", &wasm, "--manifest", &manifest, "--name", "other"])
        .expect_success();
    let list = server.cli(&["components", "list"]).expect_success().stdout;
    assert!(list.contains("other"), "{list}");
    server.get("/hello").expect_status(200);
}
