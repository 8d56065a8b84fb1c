//! The operator's SQL files: applied in order, once, all or nothing.

use crate::notes;
use guesthouse_tests::{Server, cli};

#[test]
fn a_failing_migration_stops_the_start_and_says_which_and_why() {
    let wrote = notes::prepare()
        .migration(
            "U2__broken.sql",
            "INSERT INTO note (text) VALUES ('half'); INSERT INTO missing VALUES (1);",
        )
        .start_and_fail();
    for part in ["U2__broken", "missing"] {
        assert!(wrote.contains(part), "expected {part:?} in: {wrote}");
    }
}

#[test]
fn a_failing_migration_leaves_nothing_behind() {
    let mut server = notes::start();
    server.stop();
    let path = server.data().join("migrations/main/U2__broken.sql");
    std::fs::write(
        &path,
        "INSERT INTO note (text) VALUES ('half'); INSERT INTO missing VALUES (1);",
    )
    .expect("a file");
    cli::run(server.data(), &["run", "--address", "127.0.0.1:0"]).expect_failure(&["U2__broken"]);
    std::fs::remove_file(&path).expect("we wrote it");
    server.start_again();
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn an_applied_migration_that_changed_is_refused() {
    let mut server = notes::start();
    server.stop();
    let path = server.data().join("migrations/main/U1__notes.sql");
    std::fs::write(&path, "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT;").expect("a file can be written");
    cli::run(server.data(), &["run", "--address", "127.0.0.1:0"]).expect_failure(&["U1__notes"]);
}

#[test]
fn a_file_that_is_not_named_like_a_migration_is_refused_rather_than_ignored() {
    let wrote = Server::prepare().migration("notes.sql", notes::NOTES).start_and_fail();
    assert!(wrote.contains("notes.sql"), "{wrote}");
}

#[test]
fn migrations_run_once_and_in_the_order_of_their_numbers() {
    let mut server = notes::prepare()
        .migration("U10__third.sql", "UPDATE note SET text = text || ' third';")
        .migration("U2__second.sql", "INSERT INTO note (id, text) VALUES (1, 'second');")
        .start();
    for _ in 0..2 {
        let note = server.get("/api/records/v1/notes/1");
        assert_eq!(note.json()["text"], "second third");
        server.restart();
    }
}

#[test]
fn a_migration_added_later_is_applied_at_the_next_start() {
    let mut server = notes::start();
    server.stop();
    let path = server.data().join("migrations/main/U2__more.sql");
    std::fs::write(path, "INSERT INTO note (text) VALUES ('more');").expect("a file can be written");
    server.start_again();
    assert_eq!(notes::count(&server), 1);
}

#[test]
fn another_database_is_made_where_there_are_migrations_for_it() {
    let server = Server::prepare()
        .file(
            "migrations/other/U1__thing.sql",
            "CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT;",
        )
        .start();
    assert!(server.data().join("other.db").is_file());
}
