//! Whoever migrates is killed in the middle: the tables are as they were or as they should be, and the history says which.

use guesthouse_tests::faults::{Faults, Moment};
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, binary, guests};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Rows of each migration: enough to take some time.
const ROWS: i64 = 60_000;

/// A migration that takes some time, of which nobody may ever see a part.
fn migration(table: &str) -> String {
    format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         INSERT INTO {table} (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) SELECT 'row ' || i FROM n;
         CREATE INDEX {table}_by_text ON {table} (text);
         UPDATE {table} SET text = text || '.';"
    )
}

/// How many rows the migration has made; none where there is no table.
#[track_caller]
fn rows(server: &Server, table: &str) -> Option<i64> {
    let exists = format!("SELECT count(*) FROM sqlite_schema WHERE name IN ('{table}', '{table}_by_text')");
    match server.rows("main", &exists)[0][0].as_i64() {
        Some(0) => None,
        Some(2) => server.rows(
            "main",
            &format!("SELECT count(*) FROM {table} WHERE text LIKE 'row %.'"),
        )[0][0]
            .as_i64(),
        other => panic!("half of the schema is there: {other:?}"),
    }
}

/// Runs a command in the data directory, which somebody will kill.
fn spawn(data: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(binary::guesthouse());
    command.arg("--data-dir").arg(data).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the executable runs")
}

fn end(mut process: Child) {
    // It may have ended already.
    let _ = process.kill();
    process.wait().expect("our own child");
}

/// Who migrates, and so is killed.
#[derive(Debug, Clone, Copy)]
enum Migrates {
    /// The server, because it was told to.
    Server,
    /// The server, when it starts.
    Start,
    /// The command, in a data directory where no server runs.
    Command,
}

#[test]
fn a_migration_whose_process_is_killed_is_done_as_a_whole_or_not_at_all() {
    let mut faults = Faults::begin("kills during migrations");
    let rounds = faults.either(6, 100);
    let mut server = Server::start();
    let mut moments = [Moment::of(time_of(&server)); 3];
    let mut done = 0;
    for round in 0..rounds {
        let who = [Migrates::Server, Migrates::Start, Migrates::Command][round % 3];
        let table = format!("grown_{round}");
        let file = server
            .data()
            .join(format!("migrations/main/U{}__{table}.sql", round + 2));
        std::fs::write(&file, migration(&table)).expect("a file can be written");
        kill_during(&mut server, who, moments[round % 3], &mut faults.random);
        // Without its file nothing is made up for: what is there now was there when the process was killed.
        let aside = server.data().join("aside.sql");
        std::fs::rename(&file, &aside).expect("a file can be renamed");
        server.start_again();
        let found = rows(&server, &table);
        assert!(found.is_none_or(|found| found == ROWS), "{who:?} left {found:?} rows");
        let listed = server.cli(&["migrate", "list"]).expect_success().stdout;
        assert_eq!(
            listed.contains(&table),
            found.is_some(),
            "{who:?}: {found:?} rows and {listed}"
        );
        std::fs::rename(&aside, &file).expect("a file can be renamed");
        server.cli(&["migrate"]).expect_success();
        assert_eq!(rows(&server, &table), Some(ROWS));
        done += usize::from(found.is_some());
        moments[round % 3].learn(found.is_some());
    }
    server.expect_sound("main");
    faults.done(&format!("{rounds} kills, the migration was done {done} times"));
}

/// How long a migration takes where nobody hinders it.
fn time_of(server: &Server) -> Duration {
    let file = server.data().join("migrations/main/U1__first.sql");
    std::fs::write(file, migration("first")).expect("a file can be written");
    let begun = Instant::now();
    server.cli(&["migrate"]).expect_success();
    begun.elapsed()
}

fn kill_during(server: &mut Server, who: Migrates, moment: Moment, random: &mut Random) {
    if !matches!(who, Migrates::Server) {
        server.stop();
    }
    let arguments: &[&str] = match who {
        Migrates::Start => &["run", "--address", "127.0.0.1:0"],
        _ => &["migrate"],
    };
    let process = spawn(server.data(), arguments);
    moment.wait(random);
    if matches!(who, Migrates::Server) {
        server.kill();
    }
    end(process);
}

#[test]
fn a_deploy_that_is_killed_while_it_migrates_leaves_a_version_that_has_its_tables() {
    let mut faults = Faults::begin("kills during migrations of deploys");
    let rounds = faults.either(3, 100);
    let mut server = Server::start();
    let begun = Instant::now();
    let first = server.deploy_from(&guests::component("hello"), &maker(0).path().join("component.toml"));
    first.expect_success();
    let mut moment = Moment::of(begun.elapsed());
    let mut new = 0;
    for round in 1..=rounds {
        let table = format!("own_{round}");
        let (guest, answers) = [("hello", "hello, world\n"), ("counter", "1")][round % 2];
        let before = server.get("/maker").text();
        let folder = maker(round);
        let (wasm, manifest) = (guests::component(guest), folder.path().join("component.toml"));
        let (wasm_text, manifest_text) = (wasm.to_string_lossy(), manifest.to_string_lossy());
        let deploy = ["deploy", &*wasm_text, "--manifest", &*manifest_text, "--accept-grants"];
        let process = spawn(server.data(), &deploy);
        moment.wait(&mut faults.random);
        server.kill();
        end(process);
        server.start_again();
        let (answer, found) = (server.get("/maker").text(), rows(&server, &table));
        assert!(
            answer == before || answer == answers,
            "neither the old nor the new version: {answer}"
        );
        assert!(found.is_none_or(|found| found == ROWS), "{found:?} rows");
        if answer != before {
            assert_eq!(found, Some(ROWS), "the new version serves without its table");
            new += 1;
        }
        moment.learn(answer != before);
        // Whatever was left, the same deploy succeeds now.
        server.deploy_from(&wasm, &manifest).expect_success();
        server.get("/maker").expect(200, answers);
        assert_eq!(rows(&server, &table), Some(ROWS));
    }
    server.expect_sound("main");
    faults.done(&format!("{rounds} kills, then the new version served {new} times"));
}

/// A manifest with a migration beside it that makes the table of a round.
fn maker(round: usize) -> tempfile::TempDir {
    let table = format!("own_{round}");
    let grants = format!("read = [\"{table}\"]\nwrite = [\"{table}\"]\nschema = [\"{table}\"]\n");
    let manifest = format!("name = \"maker\"\nroutes = [\"/maker\"]\n[grants.sqlite.main]\n{grants}");
    let folder = guests::folder_with_manifest(&manifest);
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    let file = migrations.join(format!("U{}__{table}.sql", round + 1));
    std::fs::write(file, migration(&table)).expect("a file can be written");
    folder
}
