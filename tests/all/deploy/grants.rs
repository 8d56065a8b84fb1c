//! What a component asks for must be accepted, and only what is new is shown.

use guesthouse_tests::{Server, cli::Printed, guests};

fn manifest(grants: &str) -> String {
    format!("name = \"asker\"\nroutes = [\"/asker\"]\n{grants}")
}

const SMALL: &str = "[grants.sqlite.main]\nread = [\"entry\"]\n";
const LARGE: &str = "[grants.sqlite.main]\nread = [\"entry\"]\nwrite = [\"entry\"]\n[grants.http]\nallow = [\"https://api.example.com\"]\n";

fn deploy_without_accepting(server: &Server, guest: &str, grants: &str) -> Printed {
    let folder = guests::folder_with_manifest(&manifest(grants));
    let manifest = folder.path().join("component.toml");
    server.cli(&[
        "deploy",
        &guests::component(guest).to_string_lossy(),
        "--manifest",
        &manifest.to_string_lossy(),
    ])
}

#[test]
fn grants_that_nobody_accepted_are_refused_and_shown() {
    let server = Server::start();
    let refused = deploy_without_accepting(&server, "hello", SMALL);
    let shown = refused.stdout.clone() + &refused.stderr;
    assert!(shown.contains("entry"), "{shown}");
    refused.expect_failure(&["--accept-grants"]);
    server.get("/asker").expect_status(404);
}

#[test]
fn a_widening_is_refused_and_only_what_is_new_is_shown() {
    let server = Server::start();
    server.deploy_as("hello", &manifest(SMALL));
    let refused = deploy_without_accepting(&server, "counter", LARGE);
    let shown = refused.stdout.clone() + &refused.stderr;
    assert!(
        shown.contains("write entry") && shown.contains("https://api.example.com"),
        "{shown}"
    );
    assert!(!shown.contains("read entry"), "that one was granted before: {shown}");
    refused.expect_failure(&["--accept-grants"]);
    server.get("/asker").expect(200, "hello, world\n");
}

#[test]
fn an_accepted_widening_is_deployed() {
    let server = Server::start();
    server.deploy_as("hello", &manifest(SMALL));
    server.deploy_as("counter", &manifest(LARGE));
    server.get("/asker").expect(200, "1");
}

#[test]
fn the_same_or_less_needs_no_acceptance() {
    let server = Server::start();
    server.deploy_as("hello", &manifest(LARGE));
    deploy_without_accepting(&server, "counter", LARGE).expect_success();
    server.get("/asker").expect(200, "1");
    deploy_without_accepting(&server, "hello", SMALL).expect_success();
    server.get("/asker").expect(200, "hello, world\n");
    deploy_without_accepting(&server, "counter", "").expect_success();
}

#[test]
fn what_was_given_up_must_be_accepted_anew() {
    let server = Server::start();
    server.deploy_as("hello", &manifest(SMALL));
    deploy_without_accepting(&server, "hello", "").expect_success();
    deploy_without_accepting(&server, "counter", SMALL).expect_failure(&["--accept-grants"]);
}
