//! What a component asks for must be accepted, and only what is new is shown.

use guesthouse_tests::package::pack;
use guesthouse_tests::{Server, cli::Printed, guests};
use serde_json::json;

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

const MAIL: &str = "[grants.mail]\nsend = [\"default\"]\n";

#[test]
fn the_answer_says_what_is_granted_what_no_longer_and_what_is_of_no_use() {
    let server = Server::start();
    let first = server.try_deploy_as("mailer", &manifest(MAIL)).expect_success().stdout;
    assert!(first.contains("+ mail: send as the server"), "{first}");
    assert!(!first.contains("! ") && !first.contains("? "), "a false alarm: {first}");
    let other = "[grants.secrets]\nread = [\"KEY\"]\n";
    let second = server.try_deploy_as("mailer", &manifest(other)).expect_success().stdout;
    for line in [
        "+ secrets: read KEY",
        "- mail: send as the server",
        "! it imports guesthouse:host/mail and asks for nothing under [grants.mail]",
        "? secrets: read KEY",
    ] {
        assert!(second.contains(line), "{line}: {second}");
    }
    let back = server.cli(&["components", "rollback", "asker"]).expect_success().stdout;
    assert!(
        back.contains("+ mail: send as the server") && back.contains("- secrets: read KEY"),
        "{back}"
    );
    assert!(!back.contains("! ") && !back.contains("? "), "{back}");
}

#[test]
fn programs_get_the_same_in_fields_of_their_own_whether_it_was_deployed_or_refused() {
    let server = Server::start();
    server.deploy_as("mailer", &manifest(MAIL));
    let wasm = std::fs::read(guests::component("mailer")).expect("cargo built it");
    let package = pack(&wasm, &manifest("[grants.secrets]\nread = [\"KEY\"]\n"));
    let review = json!({
        "added": ["secrets: read KEY"],
        "removed": ["mail: send as the server"],
        "missing": [{"import": "guesthouse:host/mail", "grant": "[grants.mail]"}],
        "unused": ["secrets: read KEY"],
    });
    let refused = server.upload(&package, "");
    refused.expect_status(409);
    assert_eq!(refused.json()["error"], "grants_not_accepted");
    assert_eq!(refused.json()["grants"], review);
    let deployed = server.upload(&package, "?accept_grants=true");
    deployed.expect_status(200);
    assert_eq!(deployed.json()["grants"], review);
    let again = server.upload(&package, "").expect_status(200).json();
    assert_eq!(again["grants"]["added"], json!([]));
}

#[test]
fn nothing_is_said_about_what_every_component_has_or_what_its_migrations_need() {
    let server = Server::start();
    for guest in [
        "hello",
        "echo",
        "logger",
        "classic",
        "sleeper",
        "follower",
        "broadcaster",
        "caller",
        "keeper",
    ] {
        let said = server.deploy_from(&guests::component(guest), &guests::manifest_path(guest));
        let said = said.expect_success().stdout;
        assert!(!said.contains("! ") && !said.contains("? "), "{said}");
    }
    for builtin in ["auth", "records"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let into = folder.path().join(builtin).to_string_lossy().into_owned();
        server
            .cli(&["components", "export", builtin, "--into", &into])
            .expect_success();
        let wasm = format!("{into}/{builtin}.wasm");
        let said = server
            .cli(&["deploy", &wasm, "--probation", "0"])
            .expect_success()
            .stdout;
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let folder = guests::folder_with_manifest(&manifest("[grants.sqlite.main]\nschema = [\"made\"]\n"));
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    std::fs::write(migrations.join("U1__made.sql"), "CREATE TABLE made (x)").expect("a file can be written");
    let said = server.deploy_from(&guests::component("hello"), &folder.path().join("component.toml"));
    let said = said.expect_success().stdout;
    assert!(
        said.contains("+ sqlite main: schema made") && !said.contains("? "),
        "{said}"
    );
}
