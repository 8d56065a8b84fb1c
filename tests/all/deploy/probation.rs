//! New versions that fail: the one before comes back by itself, at once, and it can be seen why.

use crate::notes;
use guesthouse_tests::{Server, cli, guests, wait};
use serde_json::Value;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// From the failure that is one too many to the last answer of the new version.
const AT_ONCE: Duration = Duration::from_secs(1);
/// For everything that follows, on a busy machine.
const SOON: Duration = Duration::from_secs(30);
/// So many failures are too many.
const FAILURES: usize = 5;

const MANIFEST: &str = "name = \"thing\"\nroutes = [\"/wearing-out/{*rest}\"]\n";
/// What the version before answers, whatever it is asked.
const OLD: &str = "hello, world\n";
/// What the new version answers, where it does not fail.
const NEW: &str = "still here";

/// A server whose component `thing` answered everything well until now. Its new version fails when it is asked to.
fn house() -> Server {
    let server = Server::start();
    server.deploy_as("hello", MANIFEST);
    server.deploy_in_place_of("thing", "wearing-out");
    server
}

fn ask(server: &Server, path: &str) -> Value {
    let request = server.request("GET", &format!("/_/control/{path}"));
    let answer = request.header("authorization", &server.control_authorization()).send();
    answer.expect_status(200).json()
}

fn details(server: &Server, component: &str) -> Value {
    ask(server, &format!("components/{component}"))
}

/// What probation wrote into the audit about a component.
fn audit(server: &Server, component: &str) -> Vec<Value> {
    let lines = ask(server, &format!("audit?component={component}"));
    let lines = lines.as_array().expect("a list").iter();
    lines.filter(|line| line["actor"] == "probation").cloned().collect()
}

#[track_caller]
fn expect_version(server: &Server, component: &str, version: u64) {
    assert_eq!(details(server, component)["version"], version, "{}", server.log());
}

/// Waits until a version was withdrawn, with one entry in the audit, and returns why.
#[track_caller]
fn expect_withdrawn(server: &Server, component: &str, version: u64) -> String {
    let why = wait::until("the version to be withdrawn", SOON, || {
        let withdrawn = &details(server, component)["state"]["rolled-back"];
        (withdrawn["version"] == version).then(|| withdrawn["why"].as_str().expect("a text").to_owned())
    });
    let audit = audit(server, component);
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(
        (&audit[0]["action"], &audit[0]["version"], &audit[0]["detail"]),
        (&"withdraw".into(), &version.into(), &why.as_str().into())
    );
    why
}

fn fail(server: &Server, path: &str, times: usize) {
    for _ in 0..times {
        let answer = server.get(path);
        assert!(answer.status >= 500, "{}: {}", answer.status, answer.text());
    }
}

#[test]
fn a_version_that_works_a_hundred_times_and_then_fails_is_withdrawn() {
    let server = house();
    server.get("/wearing-out/wear?100,memory").expect_status(200);
    for _ in 0..100 {
        server.get("/wearing-out/fine").expect(200, NEW);
    }
    fail(&server, "/wearing-out/fine", FAILURES);
    let why = expect_withdrawn(&server, "thing", 2);
    for part in [
        "5 of the last 20 failed: 5 ran out of memory",
        "last: GET /wearing-out/fine, request ",
        "version 1 runs again",
    ] {
        assert!(why.contains(part), "expected {part:?} in {why:?}");
    }
    server.get("/wearing-out/fine").expect(200, OLD);
    let shown = server.cli(&["components", "show", "thing"]).expect_success().stdout;
    assert!(shown.contains("version 2 was withdrawn at 2"), "{shown}");
    let list = server.cli(&["components", "list"]).expect_success().stdout;
    assert!(list.contains("thing: version 2 was withdrawn at 2"), "{list}");
}

#[test]
fn a_version_that_traps_is_withdrawn() {
    let server = house();
    fail(&server, "/wearing-out/trap", FAILURES);
    let why = expect_withdrawn(&server, "thing", 2);
    assert!(
        why.contains("5 of the last 5 failed: 5 trapped; last: GET /wearing-out/trap"),
        "{why}"
    );
    server.get("/wearing-out/trap").expect(200, OLD);
}

#[test]
fn a_version_that_answers_5xx_is_withdrawn() {
    let server = house();
    fail(&server, "/wearing-out/500", FAILURES);
    let why = expect_withdrawn(&server, "thing", 2);
    assert!(why.contains("5 of the last 5 failed: 5 answered 5xx"), "{why}");
    server.get("/wearing-out/500").expect(200, OLD);
}

#[test]
fn a_version_that_takes_too_long_is_withdrawn() {
    let server = house();
    std::thread::scope(|scope| {
        for _ in 0..FAILURES {
            scope.spawn(|| fail(&server, "/wearing-out/loop", 1));
        }
    });
    let why = expect_withdrawn(&server, "thing", 2);
    assert!(why.contains("5 took too long"), "{why}");
    server.get("/wearing-out/loop").expect(200, OLD);
}

#[test]
fn traffic_sees_the_version_before_within_a_second() {
    let server = house();
    let (answers, enough) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    // Also where something is not as expected, so that the test ends.
    let end = Instant::now() + 2 * SOON;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !enough.load(Ordering::Relaxed) && Instant::now() < end {
                    let sent = Instant::now();
                    let answer = server.get("/wearing-out/fine");
                    let answer = (sent, Instant::now(), answer.status, answer.text());
                    answers.lock().expect("no panic before").push(answer);
                }
            });
        }
        server.get("/wearing-out/wear?50,trap").expect_status(200);
        expect_withdrawn(&server, "thing", 2);
        let later = Instant::now() + AT_ONCE;
        wait::until("more traffic", SOON, || {
            let answers = answers.lock().expect("no panic before");
            answers.iter().any(|(sent, ..)| *sent > later).then_some(())
        });
        enough.store(true, Ordering::Relaxed);
    });
    let mut answers = answers.into_inner().expect("no panic before");
    answers.sort_by_key(|(_, received, ..)| *received);
    let failed =
        |answers: &[(Instant, Instant, u16, String)]| answers.iter().filter(|(.., status, _)| *status >= 500).count();
    let too_many = (1..=answers.len()).find(|end| failed(&answers[end.saturating_sub(20)..*end]) >= FAILURES);
    let too_many = answers[too_many.expect("it failed") - 1].1;
    let late: Vec<_> = answers
        .iter()
        .filter(|(sent, _, _, text)| *sent > too_many + AT_ONCE && text != OLD)
        .collect();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn a_provider_whose_calls_trap_is_withdrawn() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    server.deploy_as("prices", &format!("{}\n# another\n", guests::manifest("prices")));
    server.get("/shop?lamp").expect_status(200);
    for _ in 0..FAILURES {
        server.get("/shop?trap").expect(503, "nobody answers");
    }
    let why = expect_withdrawn(&server, "prices", 2);
    assert!(why.contains("5 of the last 6 failed: 5 trapped"), "{why}");
    server.get("/shop?lamp").expect_status(200);
}

#[test]
fn a_command_that_traps_again_and_again_brings_the_version_before_back() {
    let server = Server::start();
    server.deploy("commander");
    server.deploy("commander");
    for _ in 0..FAILURES {
        server.cli(&["commander", "trap"]).expect_failure(&[]);
    }
    expect_withdrawn(&server, "commander", 2);
    server.cli(&["commander", "say"]).expect_success();
}

#[test]
fn work_that_fails_again_and_again_brings_the_version_before_back() {
    let server = Server::start();
    server.deploy("clockwork");
    let runs = || server.get("/clockwork").expect_status(200).text().lines().count();
    wait::until("a run", SOON, || (runs() == 1).then_some(()));
    // It cannot do anything without its tables.
    let manifest = guests::manifest("clockwork");
    server.deploy_as("clockwork", &manifest[..manifest.find("[grants").expect("it has some")]);
    let why = expect_withdrawn(&server, "clockwork", 2);
    assert!(why.contains("5 of the last 5 failed"), "{why}");
    wait::until("the work of the version before", SOON, || (runs() == 2).then_some(()));
}

#[test]
fn four_failures_in_twenty_are_not_enough() {
    let server = house();
    for _ in 0..3 {
        fail(&server, "/wearing-out/trap", FAILURES - 1);
        for _ in 0..16 {
            server.get("/wearing-out/fine").expect(200, NEW);
        }
    }
    expect_version(&server, "thing", 2);
    assert!(details(&server, "thing")["state"]["on-probation"].is_object());
}

#[test]
fn a_first_deployment_stays() {
    let server = Server::start();
    server.deploy("wearing-out");
    fail(&server, "/wearing-out/trap", 4 * FAILURES);
    server.get("/wearing-out/fine").expect(200, NEW);
    assert_eq!(details(&server, "wearing-out")["state"], "running");
}

#[test]
fn without_probation_a_version_stays() {
    let server = house();
    deploy_on_probation(server.data(), "0").expect_success();
    fail(&server, "/wearing-out/trap", 4 * FAILURES);
    expect_version(&server, "thing", 3);
}

#[test]
fn a_probation_that_is_over_brings_nothing_back() {
    let server = house();
    let said = deploy_on_probation(server.data(), "1").expect_success().stdout;
    assert!(
        said.contains("on probation until 2") && said.contains("version 2 comes back"),
        "{said}"
    );
    wait::until("the end of the probation", SOON, || {
        (details(&server, "thing")["state"] == "running").then_some(())
    });
    fail(&server, "/wearing-out/trap", 4 * FAILURES);
    expect_version(&server, "thing", 3);
}

#[test]
fn a_probation_of_more_than_a_day_is_refused() {
    let server = house();
    let refused = deploy_on_probation(server.data(), "86401");
    assert!(
        refused.code != 0 && refused.stderr.contains("86400"),
        "{}",
        refused.stderr
    );
    let package = guesthouse_tests::package::pack(
        &std::fs::read(guests::component("hello")).expect("it was built"),
        MANIFEST,
    );
    server.upload(&package, "?probation=86401").expect_status(400);
    let deployed = server.upload(&package, "?probation=86400");
    assert_eq!(deployed.expect_status(200).json()["probation"]["fallback"], 2);
}

fn deploy_on_probation(data: &Path, seconds: &str) -> cli::Printed {
    let (wasm, manifest) = (guests::component("wearing-out"), guests::manifest_path("wearing-out"));
    let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
    let probation = ["--probation", seconds];
    let deploy = [
        "deploy",
        &wasm,
        "--manifest",
        &manifest,
        "--name",
        "thing",
        "--accept-grants",
    ];
    cli::run(data, &[&deploy[..], &probation[..]].concat())
}

#[test]
fn a_version_that_somebody_went_back_to_stays() {
    let server = house();
    fail(&server, "/wearing-out/trap", FAILURES - 1);
    server.cli(&["components", "rollback", "thing"]).expect_success();
    server.get("/wearing-out/trap").expect(200, OLD);
    server
        .cli(&["components", "rollback", "thing", "--version", "2"])
        .expect_success();
    fail(&server, "/wearing-out/trap", 4 * FAILURES);
    expect_version(&server, "thing", 2);
}

#[test]
fn a_new_deployment_begins_a_probation_of_its_own() {
    let server = house();
    fail(&server, "/wearing-out/trap", FAILURES - 1);
    server.deploy_in_place_of("thing", "wearing-out");
    fail(&server, "/wearing-out/trap", FAILURES - 1);
    expect_version(&server, "thing", 3);
    fail(&server, "/wearing-out/trap", 1);
    expect_withdrawn(&server, "thing", 3);
    // That one failed too, but nobody watches it any more: it was not deployed just now.
    expect_version(&server, "thing", 2);
    server.get("/wearing-out/fine").expect(200, NEW);
}

#[test]
fn a_version_stays_where_another_component_took_its_place() {
    let server = Server::start();
    server.deploy_as(
        "hello",
        "name = \"thing\"\nroutes = [\"/wearing-out/{*rest}\", \"/before\"]\n",
    );
    server.deploy_in_place_of("thing", "wearing-out");
    server.deploy_as("hello", "name = \"other\"\nroutes = [\"/before\"]\n");
    fail(&server, "/wearing-out/trap", FAILURES);
    server.expect_log("the one before cannot come back");
    fail(&server, "/wearing-out/trap", 4 * FAILURES);
    expect_version(&server, "thing", 2);
    let audit = audit(&server, "thing");
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(audit[0]["action"], "keep");
    server.get("/before").expect(200, OLD);
}

#[test]
fn a_restart_goes_on_watching_and_what_was_withdrawn_stays_away() {
    let mut server = house();
    server.restart();
    assert!(details(&server, "thing")["state"]["on-probation"].is_object());
    fail(&server, "/wearing-out/trap", FAILURES);
    wait::until("the version before", AT_ONCE, || {
        (server.get("/wearing-out/fine").text() == OLD).then_some(())
    });
    expect_withdrawn(&server, "thing", 2);
    server.restart();
    server.get("/wearing-out/fine").expect(200, OLD);
    assert_eq!(details(&server, "thing")["state"]["rolled-back"]["version"], 2);
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn a_deployment_that_takes_long_holds_nothing_up() {
    let server = notes::start();
    server.deploy_as("hello", MANIFEST);
    server.deploy_in_place_of("thing", "wearing-out");
    let folder = guests::folder_with_manifest(
        "name = \"slow\"\nroutes = [\"/slow\"]\n[grants.sqlite.main]\nread = [\"note\", \"slow\"]\nwrite = [\"note\"]\nschema = [\"slow\"]\n",
    );
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    let slow = "INSERT INTO note (text) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 8000000) \
                SELECT max(x) FROM n";
    for (name, sql) in [
        (
            "U1__begin.sql",
            "CREATE TABLE slow (x ANY) STRICT; INSERT INTO note (text) VALUES ('begun')",
        ),
        ("U2__slow.sql", slow),
    ] {
        std::fs::write(migrations.join(name), sql).expect("a file can be written");
    }
    std::thread::scope(|scope| {
        let deploying =
            scope.spawn(|| server.deploy_from(&guests::component("hello"), &folder.path().join("component.toml")));
        wait::until("the first migration", SOON, || {
            server.get(notes::PATH).text().contains("begun").then_some(())
        });
        fail(&server, "/wearing-out/trap", FAILURES);
        wait::until("the version before", AT_ONCE, || {
            // A request that writes would wait for the migration, in whichever version.
            (server.get("/wearing-out/500").text() == OLD).then_some(())
        });
        assert!(!deploying.is_finished(), "the machine is too fast for this test");
        expect_withdrawn(&server, "thing", 2);
        deploying.join().expect("no panic").expect_success();
    });
    server.get("/slow").expect(200, OLD);
}

#[test]
fn a_server_that_is_killed_meanwhile_runs_the_old_or_the_new_version() {
    // Different moments, from the failure that is one too many to after all that follows.
    for delay in [0, 1, 2, 4, 8, 16] {
        let mut server = house();
        fail(&server, "/wearing-out/trap", FAILURES);
        // Asking is the clock: it advances with the speed of the machine.
        for _ in 0..delay {
            server.get("/wearing-out/fine").expect_status(200);
        }
        server.kill();
        server.start_again();
        server.get("/api/healthcheck").expect(200, "Ok");
        let version = details(&server, "thing")["version"].clone();
        let answer = server.get("/wearing-out/fine").text();
        assert_eq!(answer, if version == 1 { OLD } else { NEW });
    }
}
