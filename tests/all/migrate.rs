//! `guesthouse migrate`: in a running server, in one elsewhere, and in a stopped data directory.

use crate::notes;
use guesthouse_tests::{Server, cli};
use std::path::Path;

fn write(data: &Path, file: &str, sql: &str) {
    let path = data.join("migrations").join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    std::fs::write(path, sql).expect("a file can be written");
}

/// The lines of `migrate list`, each as its words; the time as `T`.
#[track_caller]
fn list(data: &Path) -> Vec<String> {
    let printed = cli::run(data, &["migrate", "list"]).expect_success().stdout;
    let lines = printed.lines().skip(1).take_while(|line| !line.is_empty());
    let time = |word: &str| word.len() == 20 && word.starts_with("20") && word.ends_with('Z');
    let word = |word| if time(word) { "T" } else { word };
    lines
        .map(|line| line.split_whitespace().map(word).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn a_failing_migration_is_told_with_its_statement_and_leaves_the_database_as_it_was() {
    let mut server = notes::start();
    let broken = "INSERT INTO note (text) VALUES ('half');\nINSERT INTO nowhere VALUES (1);";
    write(server.data(), "main/U2__broken.sql", broken);
    write(
        server.data(),
        "main/U3__later.sql",
        "INSERT INTO note (text) VALUES ('later');",
    );
    for _ in 0..2 {
        let failed = server.cli(&["migrate"]);
        failed.expect_failure(&["U2__broken", "no such table: nowhere", "INSERT INTO nowhere VALUES (1)"]);
        let expected = [
            "main 1 notes applied T",
            "main 2 broken pending",
            "main 3 later pending",
        ];
        assert_eq!(list(server.data()), expected);
        server.stop();
    }
    write(
        server.data(),
        "main/U2__broken.sql",
        "INSERT INTO note (text) VALUES ('whole');",
    );
    server.start_again();
    assert_eq!(notes::count(&server), 2);
}

#[test]
fn a_changed_file_is_listed_and_refused() {
    let server = notes::start();
    write(
        server.data(),
        "main/U1__notes.sql",
        "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT;",
    );
    write(
        server.data(),
        "main/U2__later.sql",
        "INSERT INTO note (text) VALUES ('later');",
    );
    assert_eq!(list(server.data()), ["main 1 notes changed T", "main 2 later pending"]);
    let refused = server.cli(&["migrate", "apply"]);
    refused.expect_failure(&["U1__notes", "changed after it was applied", "migration of its own"]);
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn names_of_migrations_and_databases_are_checked() {
    let server = Server::start();
    for name in ["a b", "../a", "", "a/b"] {
        let refused = server.cli(&["migrate", "new", name]);
        refused.expect_failure(&["is no name for a migration", "create_note"]);
    }
    for database in ["host", "a b", "../x", "Main"] {
        let refused = server.cli(&["migrate", "new", "a", "--database", database]);
        assert_eq!(
            (refused.code, refused.stderr.contains("database")),
            (2, true),
            "{database}"
        );
    }
    let missing = server.data().join("nothing");
    cli::run(&missing, &["migrate", "new", "a"]).expect_failure(&["there is no data directory"]);
    write(server.data(), "host/U1__a.sql", "SELECT 1;");
    for command in ["apply", "list"] {
        server
            .cli(&["migrate", command])
            .expect_failure(&["migrations/host", "belongs to the host"]);
    }
}

#[test]
fn a_running_server_applies_what_is_pending_and_requests_see_it_at_once() {
    let server = notes::start();
    let id = notes::create(&server, serde_json::json!({"text": "first"}));
    let path = format!("{}/{id}", notes::PATH);
    assert!(server.get(&path).json().get("added").is_none());
    write(
        server.data(),
        "main/U2__add.sql",
        "ALTER TABLE note ADD COLUMN added TEXT DEFAULT 'yes';
         CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT) STRICT;
         INSERT INTO _record_api (name, table_name, acl_world) VALUES ('things', 'thing', 'CREATE,READ');",
    );
    assert_eq!(list(server.data()), ["main 1 notes applied T", "main 2 add pending"]);
    server.cli(&["migrate"]).expect(0, "applied main/U2__add.sql\n", "");
    assert_eq!(server.get(&path).json()["added"], "yes");
    server.get("/api/records/v1/things").expect_status(200);
    assert_eq!(list(server.data()), ["main 1 notes applied T", "main 2 add applied T"]);
    server.cli(&["migrate", "apply"]).expect(0, "nothing is pending\n", "");
}

#[test]
fn a_stopped_data_directory_is_migrated_as_well() {
    let mut server = notes::start();
    server.stop();
    write(
        server.data(),
        "main/U2__more.sql",
        "INSERT INTO note (text) VALUES ('more');",
    );
    write(
        server.data(),
        "other/U1__thing.sql",
        "CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT;",
    );
    let expected = ["main 1 notes applied T", "main 2 more pending", "other 1 thing pending"];
    assert_eq!(list(server.data()), expected);
    assert!(!server.data().join("other.db").exists(), "a list makes no database");
    let applied = server.cli(&["migrate"]);
    applied.expect(0, "applied main/U2__more.sql\napplied other/U1__thing.sql\n", "");
    server.start_again();
    assert_eq!(notes::count(&server), 1);
}

#[test]
fn a_server_elsewhere_migrates_for_whoever_has_the_token() {
    let server = notes::start();
    write(
        server.data(),
        "main/U2__more.sql",
        "INSERT INTO note (text) VALUES ('more');",
    );
    let (elsewhere, to) = (
        tempfile::tempdir().expect("a folder"),
        format!("http://{}", server.address()),
    );
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    let migrate =
        |action: &str, token: &str| cli::run(elsewhere.path(), &["migrate", action, "--to", &to, "--token", token]);
    migrate("apply", "wrong").expect_failure(&["control token"]);
    migrate("apply", token.trim()).expect(0, "applied main/U2__more.sql\n", "");
    let listed = migrate("list", token.trim()).expect_success().stdout;
    assert!(listed.contains("more"), "{listed}");
    assert_eq!(notes::count(&server), 1);
}

#[test]
fn a_new_migration_is_passed_over_until_it_has_a_statement() {
    let mut server = notes::start();
    let path = server.data().join("migrations/main/U2__more.sql");
    let made = server.cli(&["migrate", "new", "more"]).expect_success().stdout;
    assert_eq!(made, format!("{}\n", path.display()));
    server
        .cli(&["migrate", "new", "thing", "--database", "other"])
        .expect_success();
    let expected = ["main 1 notes applied T", "main 2 more empty", "other 1 thing empty"];
    assert_eq!(list(server.data()), expected);
    server.cli(&["migrate"]).expect(0, "nothing is pending\n", "");
    server.restart();
    server.expect_log("main/U2__more.sql has no statement yet");
    let begun = std::fs::read_to_string(&path).expect("the file");
    write(
        server.data(),
        "main/U2__more.sql",
        &(begun + "INSERT INTO note (text) VALUES ('more');\n"),
    );
    server.cli(&["migrate"]).expect(0, "applied main/U2__more.sql\n", "");
    assert_eq!(notes::count(&server), 1);
    let third = server.cli(&["migrate", "new", "third"]).expect_success().stdout;
    assert!(third.ends_with("U3__third.sql\n"), "{third}");
}

#[test]
fn a_file_that_is_gone_is_listed_and_no_hindrance() {
    let mut server = notes::start();
    std::fs::remove_file(server.data().join("migrations/main/U1__notes.sql")).expect("the file is there");
    assert_eq!(list(server.data()), ["main 1 notes missing T"]);
    server.cli(&["migrate"]).expect(0, "nothing is pending\n", "");
    server.restart();
}
