//! A panic in every kind of task that the host has: it costs what it happens in, is counted, and the same works right after.

use crate::notes::{self, NOTES, PATH};
use guesthouse_tests::callers::Key;
use guesthouse_tests::raw::Raw;
use guesthouse_tests::relay::Relay;
use guesthouse_tests::server::Setup;
use guesthouse_tests::{Answer, Server, wait};
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

/// A server in which this place panics once.
fn with_fault(place: &str) -> Setup {
    Server::prepare()
        .migration("U1__notes.sql", NOTES)
        .argument("--fault")
        .argument(place)
}

/// One panic was counted, and whatever is asked of the server now is answered.
#[track_caller]
fn expect_recovered(server: &Server) {
    server.expect_log("a fault on purpose");
    server.get("/api/healthcheck").expect(200, "Ok");
    notes::create(server, json!({"text": "after"}));
    let request = server.request("GET", "/_/control/metrics");
    let metrics = request.header("authorization", &server.control_authorization()).send();
    let metrics = metrics.text();
    assert!(metrics.contains("guesthouse_panics_total 1\n"), "{metrics}");
}

/// Asks until an answer is not as it should be; says which that was.
#[track_caller]
fn until_it_fails(ask: impl Fn() -> Answer) -> Answer {
    let failed = (0..2000).map(|_| ask()).find(|answer| answer.status != 200);
    failed.expect("one request meets the fault")
}

#[test]
fn while_a_request_is_answered() {
    let server = with_fault("request").start();
    let answer = server.get(PATH);
    answer.expect(500, "the server failed; its log says more");
    server.get(PATH).expect_status(200);
    expect_recovered(&server);
}

#[test]
fn while_a_connection_is_accepted() {
    let server = with_fault("accept").start();
    let lost = server.request("GET", PATH).try_send();
    assert!(lost.is_err(), "{lost:?}");
    server.get(PATH).expect_status(200);
    expect_recovered(&server);
}

#[test]
fn while_the_control_api_answers() {
    let server = with_fault("control").start();
    server
        .cli(&["components", "list"])
        .expect_failure(&["the server failed"]);
    server.cli(&["components", "list"]).expect_success();
    expect_recovered(&server);
}

#[test]
fn while_an_instance_is_made_for_a_request() {
    let server = with_fault("instance").start();
    server.get(PATH).expect_status(500);
    server.get(PATH).expect_status(200);
    expect_recovered(&server);
}

#[test]
fn while_an_instance_is_made_for_a_call_of_a_service() {
    let server = with_fault("call").start();
    server.deploy("whoami");
    server.deploy_api_keys(&[Key::new("good", b"alice")]);
    server.get_as("good", "/whoami").expect_status(503);
    server.get_as("good", "/whoami").expect(200, "alice");
    expect_recovered(&server);
}

#[test]
fn while_a_command_of_a_component_is_run() {
    // The first one is that which runs by itself when the server has started.
    let server = with_fault("command:1").start();
    server.expect_log("auth:");
    server.cli(&["api", "list"]).expect_failure(&["the server failed"]);
    server.cli(&["api", "list"]).expect_success();
    expect_recovered(&server);
}

#[test]
fn while_a_command_is_run_at_the_start() {
    let mut server = with_fault("command").start();
    server.cli(&["api", "list"]).expect_success();
    expect_recovered(&server);
    assert!(server.stop().success());
}

#[test]
fn while_a_component_does_what_it_does_all_the_time() {
    let server = with_fault("work").start();
    server
        .cli(&["api", "set", "notes", "--subscriptions", "true"])
        .expect_success();
    let mut listener = server.events(&format!("{PATH}/subscribe/*"));
    notes::create(&server, json!({"text": "told"}));
    let told = listener.expect_json();
    assert!(told.to_string().contains("told"), "{told}");
    expect_recovered(&server);
}

#[test]
fn while_a_database_is_read() {
    let server = with_fault("read:300").start();
    assert_eq!(until_it_fails(|| server.get(PATH)).status, 500);
    server.get(PATH).expect_status(200);
    expect_recovered(&server);
}

#[test]
fn while_a_task_commits_for_all_who_wait() {
    let server = with_fault("write:60").start();
    let write = || server.request("POST", PATH).json(&json!({"text": "a"})).send();
    let mut acknowledged = 0;
    let failed = loop {
        let answer = write();
        if answer.status != 200 {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 2000, "no request met the fault");
    };
    assert_eq!(failed.status, 500);
    let written = notes::count(&server);
    assert!(
        written == acknowledged || written == acknowledged + 1,
        "{written} of {acknowledged}"
    );
    write().expect_status(200);
    expect_recovered(&server);
}

#[test]
fn while_the_thread_of_a_writer_works() {
    let server = with_fault("writer:20").start();
    server.deploy("sleeper");
    let failed = until_it_fails(|| server.get("/sleeper/transaction?0"));
    assert!((500..600).contains(&failed.status), "{failed:?}");
    server.get("/sleeper/transaction?0").expect(200, "committed");
    expect_recovered(&server);
}

#[test]
fn while_a_listener_is_told_something() {
    let server = with_fault("listener:1").start();
    server.deploy("broadcaster");
    let mut lost = Raw::connect(server.address());
    lost.send("GET /broadcaster/listen?topic=room/1 HTTP/1.1\r\nhost: a\r\n\r\n");
    lost.read_to_end();
    let mut listener = server.events("/broadcaster/listen?topic=room/1");
    let first = listener.next_chunk().expect("the stream goes on");
    assert_eq!(first.as_deref(), Some(&b": ping\n\n"[..]));
    expect_recovered(&server);
}

#[test]
fn while_mail_is_handed_over() {
    let relay = Relay::start();
    let server = with_fault("mail")
        .argument("--smtp-url")
        .argument(&format!("smtp://127.0.0.1:{}?tls=none", relay.port))
        .argument("--mail-from")
        .argument("The House <house@example.org>")
        .start();
    server.deploy("mailer");
    let sent = server
        .request("POST", "/mailer/send")
        .json(&json!({"to": "a@example.org"}))
        .send();
    sent.expect_status(200);
    let number = sent.text();
    wait::until("the message to be relayed", SOON, || {
        let state = server.get(&format!("/mailer/state/{number}")).text();
        state.contains("Relayed").then_some(())
    });
    expect_recovered(&server);
}

#[test]
fn while_counts_are_stored() {
    let server = with_fault("audit").start();
    server.deploy("keeper");
    server.get("/keeper/get/OTHER").expect_status(200);
    wait::until("the denied call to be stored", SOON, || {
        let rows = server.rows("host", "SELECT count(*) FROM usage WHERE verdict = 'denied'");
        (rows == [[1]]).then_some(())
    });
    expect_recovered(&server);
}

#[test]
fn while_lines_of_logs_are_written() {
    let server = with_fault("logs").start();
    server.deploy("logger");
    server.get("/logger?lost").expect(200, "logged\n");
    server.expect_log("a fault on purpose");
    server.get("/logger?kept").expect(200, "logged\n");
    let printed = wait::until("the line in the log", SOON, || {
        let printed = server.cli(&["components", "logs", "logger"]).expect_success().stdout;
        printed.contains("err: kept").then_some(printed)
    });
    assert!(printed.contains("lines were lost here"), "{printed}");
    expect_recovered(&server);
}

#[test]
fn a_place_that_there_is_not_is_refused() {
    let said = Server::prepare()
        .argument("--fault")
        .argument("kitchen")
        .start_and_fail();
    assert!(said.contains("kitchen") && said.contains("listener"), "{said}");
}
