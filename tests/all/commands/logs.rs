//! `guesthouse components logs`, and the part of the control API that it uses.

use guesthouse_tests::cli::Started;
use guesthouse_tests::{Server, wait};
use rustix::process::Signal;
use serde_json::Value;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(30);

/// A server whose component `logger` has written lines with this text, as its log shows.
fn with_lines(texts: &[&str]) -> Server {
    let server = Server::start();
    server.deploy("logger");
    for text in texts {
        write(&server, text);
    }
    server
}

#[track_caller]
fn write(server: &Server, text: &str) {
    server.get(&format!("/logger?{text}")).expect(200, "logged\n");
    wait::until("the line in the log", TIMEOUT, || {
        let printed = server.cli(&["components", "logs", "logger", "--lines", "1"]);
        printed.stdout.ends_with(&format!(" err: {text}\n")).then_some(())
    });
}

fn follow(server: &Server, more: &[&str], lines: usize) -> Started {
    let arguments = [&["components", "logs", "logger", "--follow"], more].concat();
    Started::reading(server.data(), &arguments, lines)
}

fn token(server: &Server) -> String {
    let text = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    text.trim().to_string()
}

#[test]
fn mistakes_are_told() {
    let mut server = Server::start();
    let logs = |server: &Server, arguments: &[&str]| server.cli(&[&["components", "logs"], arguments].concat());
    logs(&server, &["nobody"]).expect_failure(&["no component `nobody` is deployed"]);
    logs(&server, &["nobody", "--follow"]).expect_failure(&["no component `nobody` is deployed"]);
    for arguments in [
        &["No Name"][..],
        &["records", "--lines", "many"],
        &["records", "--tail"],
        &[],
    ] {
        assert_eq!(logs(&server, arguments).code, 2, "{arguments:?}");
    }
    let url = format!("http://{}", server.address());
    logs(&server, &["records", "--to", &url, "--token", "wrong"]).expect_failure(&["token"]);
    server.stop();
    logs(&server, &["nobody"]).expect_failure(&["no component `nobody` is deployed"]);
    logs(&server, &["records", "--follow"]).expect_failure(&["no server runs here", "--follow"]);
    logs(&server, &["records", "--to", &url, "--token", "wrong"]).expect_failure(&["cannot be reached"]);
}

#[test]
fn the_control_api_needs_the_token_and_refuses_what_makes_no_sense() {
    let server = with_lines(&["1"]);
    let path = "/_/control/components/logger/logs";
    server.get(path).expect_status(401);
    server.get(&format!("{path}?after=0&wait=true")).expect_status(401);
    let bearer = format!("Bearer {}", token(&server));
    let send = |method: &str, query: &str| {
        let request = server.request(method, &format!("{path}{query}"));
        request.header("authorization", &bearer).send()
    };
    for query in [
        "?lines=0",
        "?lines=1001",
        "?before=x",
        "?wait=true",
        "?before=1&after=1",
        "?tail=1",
    ] {
        let answer = send("GET", query);
        answer.expect_status(400);
        assert_eq!(answer.json()["error"], "invalid_query", "{query}");
    }
    send("DELETE", "").expect_status(405);
    let lines = send("GET", "?lines=1").json();
    assert_eq!(
        (&lines[0]["text"], &lines[0]["stream"]),
        (&"err: 1".into(), &"stderr".into())
    );
    let before = send("GET", &format!("?before={}", lines[0]["number"])).json();
    assert_eq!(before[0]["text"], "out: 1");
    let after = send("GET", &format!("?after={}", before[0]["number"])).json();
    assert_eq!(after, lines);
}

#[test]
fn lines_are_shown_from_the_oldest_to_the_newest_with_time_version_and_stream() {
    let server = with_lines(&["1", "2", "3"]);
    let printed = server.cli(&["components", "logs", "logger", "--lines", "2"]);
    let printed = printed.expect_success().stdout;
    let lines: Vec<Vec<&str>> = printed.lines().map(|line| line.splitn(4, ' ').collect()).collect();
    for (line, stream) in lines.iter().zip(["stdout", "stderr"]) {
        let time = line[0].as_bytes();
        assert!(
            time.len() == 24 && time[10] == b'T' && time[19] == b'.' && time[23] == b'Z',
            "{line:?}"
        );
        assert_eq!(line[1..3], ["v1", stream]);
    }
    assert_eq!((lines.len(), lines[0][3], lines[1][3]), (2, "out: 3", "err: 3"));
    let json = server
        .cli(&["components", "logs", "logger", "--json"])
        .expect_success()
        .stdout;
    let texts: Vec<String> = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["text"].to_string())
        .collect();
    assert_eq!(texts.len(), 6, "{texts:?}");
    assert_eq!(texts[5], "\"err: 3\"");
}

#[test]
fn a_component_can_neither_command_a_terminal_nor_forge_a_line() {
    let server = Server::start();
    server.deploy("logger");
    server.get("/logger/escapes").expect(200, "logged\n");
    server.get("/logger/forge").expect(200, "logged\n");
    write(&server, "end");
    for more in [&[][..], &["--json"]] {
        let arguments = [&["components", "logs", "logger"], more].concat();
        let printed = server.cli(&arguments).expect_success().stdout;
        assert_eq!(printed.lines().count(), 8, "{printed}");
        assert!(
            !printed.contains(|shown: char| shown.is_control() && shown != '\n'),
            "{printed:?}"
        );
        assert!(printed.contains("harmless") && printed.contains("1b"), "{printed}");
    }
}

#[test]
fn a_line_that_is_written_later_is_shown_to_whoever_follows_and_once() {
    let server = with_lines(&["1"]);
    let following = follow(&server, &[], usize::MAX);
    following.expect("err: 1");
    write(&server, "2");
    write(&server, "3");
    following.expect("err: 3");
    following.signal(Signal::INT);
    let printed = following.end().expect_success();
    let texts: Vec<&str> = printed
        .stdout
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(texts, ["1", "1", "2", "2", "3", "3"]);
    assert_eq!(printed.stderr, "");
}

#[test]
fn only_what_is_new_is_shown_to_whoever_wants_no_old_lines() {
    let server = with_lines(&["1"]);
    let elsewhere = tempfile::tempdir().expect("a temporary folder can be made");
    let (url, token) = (format!("http://{}", server.address()), token(&server));
    let arguments = [
        "components",
        "logs",
        "logger",
        "--follow",
        "--lines",
        "0",
        "--to",
        &url,
        "--token",
        &token,
    ];
    let following = Started::reading(elsewhere.path(), &arguments, usize::MAX);
    // When it began to follow cannot be seen: it writes nothing until there is a line.
    let printed = wait::until("a new line", TIMEOUT, || {
        write(&server, "2");
        Some(following.printed()).filter(|printed| printed.contains("err: 2"))
    });
    assert!(!printed.contains(": 1"), "{printed}");
}

#[test]
fn whoever_follows_ends_when_nobody_reads_what_it_prints() {
    let server = with_lines(&["1"]);
    let following = follow(&server, &[], 1);
    following.expect("out: 1");
    let printed = following.end().expect_success();
    assert_eq!(printed.stderr, "");
}

#[test]
fn whoever_follows_is_told_that_the_server_stops_which_does_not_wait_for_it() {
    let mut server = with_lines(&["1"]);
    let following = follow(&server, &[], usize::MAX);
    following.expect("err: 1");
    let begun = Instant::now();
    assert!(server.stop().success());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        begun.elapsed()
    );
    following.end().expect_failure(&["the server"]);
}

#[test]
fn whoever_follows_is_told_that_the_server_was_killed() {
    let mut server = with_lines(&["1"]);
    let following = follow(&server, &[], usize::MAX);
    following.expect("err: 1");
    server.kill();
    following
        .end()
        .expect_failure(&["the server has stopped, or cannot be reached any more"]);
}
