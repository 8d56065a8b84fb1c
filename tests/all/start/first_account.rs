//! The administrator that a new data directory begins with.

use crate::accounts::{self, Tokens, claims, post};
use guesthouse_tests::{Server, wait};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const SAID: &str = "An administrator has been made";

/// The password that the server wrote to the terminal.
#[track_caller]
fn password(server: &Server) -> String {
    server.expect_log("It is not shown again");
    let log = server.log();
    let line = log.lines().find_map(|line| line.strip_prefix("auth:     password  "));
    line.unwrap_or_else(|| panic!("no password in {log}")).to_owned()
}

fn accounts_of(server: &Server) -> usize {
    server.cli(&["user", "list"]).expect_success().stdout.lines().count() - 1
}

#[test]
fn none_is_made_where_there_is_an_account() {
    let mut server = accounts::start();
    server.stop();
    assert!(!server.log().contains(SAID), "{}", server.log());
    server.start_again();
    assert_eq!(accounts_of(&server), 3);
}

#[test]
fn none_is_made_where_no_password_opens_anything() {
    let sql = "INSERT INTO _auth_setting (name, value) VALUES ('disable_password_auth', 1);";
    let mut server = Server::prepare().migration("U1__setting.sql", sql).start();
    assert_eq!(accounts_of(&server), 0);
    server.stop();
    assert!(!server.log().contains(SAID), "{}", server.log());
}

#[test]
fn it_is_made_and_told_once_and_signs_in() {
    let mut server = Server::start();
    let password = password(&server);
    assert_eq!(password.len(), 20);
    let admin = Tokens::of(&post(
        &server,
        "login",
        json!({"email": "admin@localhost", "password": password}),
    ));
    assert_eq!(claims(&admin.auth)["admin"], true);
    server.restart();
    assert_eq!(accounts_of(&server), 1);
    server.stop();
    assert!(!server.log().contains(SAID), "{}", server.log());
    let kept = files_with(server.data(), &password);
    assert!(kept.is_empty(), "the password is in {kept:?}");
}

#[test]
fn of_many_who_try_at_once_one_makes_it() {
    let server = Server::start();
    password(&server);
    let admin = server.cli(&["user", "delete", "admin@localhost"]);
    admin.expect_success();
    let said = std::thread::scope(|scope| {
        let tries = [(); 3].map(|()| scope.spawn(|| server.cli(&["user", "first"]).expect_success().stdout));
        tries.map(|one| one.join().expect("it ran"))
    });
    assert_eq!(said.iter().filter(|text| text.contains(SAID)).count(), 1, "{said:?}");
    assert_eq!(accounts_of(&server), 1);
}

#[test]
fn a_stop_right_after_the_start_does_not_lose_the_password() {
    let mut server = Server::start();
    server.stop();
    let told = server.log().contains(SAID);
    server.start_again();
    wait::until("an account", Duration::from_secs(30), || {
        (accounts_of(&server) == 1).then_some(())
    });
    server.stop();
    assert_ne!(told, server.log().contains(SAID), "told once: {}", server.log());
}

/// The files of a data directory that hold this text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => files_with(&path, text),
        false => {
            let bytes = std::fs::read(&path).unwrap_or_default();
            let holds = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            holds.then(|| path.display().to_string()).into_iter().collect()
        }
    });
    found.collect()
}
