//! What the server makes of its data directory, and when it refuses one.

use crate::notes;
use guesthouse_tests::{Server, cli};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_second_server_in_the_same_directory_is_refused() {
    let server = Server::start();
    let printed = cli::run(server.data(), &["run", "--address", "127.0.0.1:0"]);
    printed.expect_failure(&[&server.data().to_string_lossy()]);
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn a_corrupt_database_is_refused_and_left_as_it_is() {
    let garbage = "this is no database ".repeat(1000);
    let setup = Server::prepare().file("main.db", &garbage);
    let path = setup.data().join("main.db");
    let kept = std::fs::read(&path).expect("we wrote it");
    let wrote = setup.start_and_fail();
    assert!(wrote.contains("main.db"), "{wrote}");
    assert_eq!(kept, garbage.as_bytes());
}

#[test]
fn an_overwritten_database_is_refused_at_the_next_start() {
    let mut server = notes::start();
    notes::create(&server, serde_json::json!({"text": "kept"}));
    server.stop();
    let path = server.data().join("main.db");
    let mut bytes = std::fs::read(&path).expect("the database is a file");
    bytes[..100].fill(0x55);
    std::fs::write(&path, &bytes).expect("a file can be written");
    let printed = cli::run(server.data(), &["run", "--address", "127.0.0.1:0"]);
    printed.expect_failure(&["main.db"]);
    assert_eq!(std::fs::read(&path).expect("it is still there"), bytes);
}

#[test]
fn an_address_in_use_is_refused_with_the_address() {
    let server = Server::start();
    let address = server.address().to_string();
    let other = tempfile::tempdir().expect("a temporary folder can be made");
    cli::run(other.path(), &["run", "--address", &address]).expect_failure(&[&address]);
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    assert_eq!(cli::run(folder.path(), &["run", "--adress", "127.0.0.1:0"]).code, 2);
}

#[test]
fn a_new_directory_gets_everything_and_nobody_else_can_read_the_secrets() {
    let server = Server::start();
    for path in ["main.db", "host.db", "components", "cache", "secrets"] {
        assert!(server.data().join(path).exists(), "{path} is missing");
    }
    for path in ["secrets/control-token", "control.sock"] {
        let mode = std::fs::metadata(server.data().join(path))
            .expect("it exists")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "others may use {path}: {mode:o}");
    }
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("it is text");
    assert!(token.trim().len() >= 32, "the token is short");
    assert!(!server.log().contains(token.trim()), "the log shows the token");
}

#[test]
fn the_cache_may_be_deleted() {
    let mut server = notes::start();
    server.stop();
    std::fs::remove_dir_all(server.data().join("cache")).expect("there is a cache");
    server.start_again();
    server.get(notes::PATH).expect_status(200);
}

#[test]
fn the_option_for_the_data_directory_stands_before_or_after_the_command() {
    let server = Server::start();
    let data = server.data().to_string_lossy().into_owned();
    let other = tempfile::tempdir().expect("a temporary folder can be made");
    let after = cli::run(other.path(), &["components", "list", "--data-dir", &data]).expect_success();
    assert!(after.stdout.contains("records"), "{}", after.stdout);
}
