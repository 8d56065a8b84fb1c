//! What a component learns of what others commit.

use crate::notes;
use guesthouse_tests::Server;
use serde_json::json;

#[track_caller]
fn start() -> Server {
    let server = notes::start();
    server.deploy("follower");
    server
}

#[track_caller]
fn ask(server: &Server, asked: &str) -> String {
    let answer = server.get(&format!("/follower/main/{asked}"));
    answer.expect_status(200);
    answer.text()
}

/// The changes after a position, and the position to go on from.
#[track_caller]
fn read(server: &Server, tables: &str, position: &str) -> (Vec<String>, String) {
    let text = ask(server, &format!("{tables}/read/{position}/100"));
    let (lines, next) = text.rsplit_once("next ").unwrap_or_else(|| panic!("{text}"));
    (lines.lines().map(String::from).collect(), next.to_string())
}

fn migrate(server: &Server, file: &str, sql: &str) {
    let folder = server.data().join("migrations/main");
    std::fs::write(folder.join(file), sql).expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
}

#[test]
fn what_is_not_granted_is_denied_whether_or_not_it_exists() {
    let server = start();
    for table in ["token", "missing", "_record_api", "sqlite_schema"] {
        assert_eq!(
            ask(&server, &format!("note,{table}/end")),
            format!("Denied(\"table {table}\")")
        );
    }
    let other = server.get("/follower/missing/note/end");
    other.expect(200, "Denied(\"database missing\")");
    assert!(!server.data().join("missing.db").exists());
}

#[test]
fn what_others_commit_is_told_in_order_as_far_as_it_is_granted() {
    let server = start();
    let start = ask(&server, "note,secret/end");
    let id = notes::create(&server, json!({"text": "first", "stars": 1}));
    let path = format!("{}/{id}", notes::PATH);
    let patch = server.request("PATCH", &path).json(&json!({"stars": 2})).send();
    patch.expect_status(200);
    // Refused by a CHECK, or by a key of the second row after the first one was written.
    let titled = |title: &str| json!({"text": "x", "title": title});
    for refused in [json!({"text": "x", "stars": 9}), json!([titled("a"), titled("a")])] {
        server
            .request("POST", notes::PATH)
            .json(&refused)
            .send()
            .expect_status(400);
    }
    server.request("DELETE", &path).send().expect_status(200);
    let migration = "INSERT INTO note (id, text) VALUES (7, 'migrated'); INSERT INTO secret (value) VALUES ('unseen');";
    migrate(&server, "U2__more.sql", migration);
    let (changes, next) = read(&server, "note,secret", &start);
    let expected = [
        "insert note: id=1 text=first stars=1 score=null data=null title=null _hidden=null",
        "update note: id=1 text=first stars=1 score=null data=null title=null _hidden=null -> \
         id=1 text=first stars=2 score=null data=null title=null _hidden=null",
        "delete note: id=1 text=first stars=2 score=null data=null title=null _hidden=null",
        "insert note: id=7 text=migrated stars=0 score=null data=null title=null _hidden=null",
        "insert secret: id=2",
    ];
    assert_eq!(changes, expected);
    assert_eq!(next, ask(&server, "note/end"));
    let (first, next) = start.split_once('/').expect("an epoch and a number");
    let one = ask(&server, &format!("note,secret/read/{first}/{next}/1"));
    assert_eq!(one.lines().count(), 2, "no more than asked for: {one}");
}

#[test]
fn a_transaction_that_was_given_up_is_never_told() {
    let server = start();
    server.deploy("sleeper");
    let start = ask(&server, "nap/end");
    server.get("/sleeper/abandon").expect_status(200);
    server.get("/sleeper/write").expect_status(200);
    let (changes, _) = read(&server, "nap", &start);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(!changes[0].contains("abandoned"), "{changes:?}");
}

#[test]
fn a_reader_waits_until_there_is_something() {
    let server = start();
    let start = ask(&server, "note/end");
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| read(&server, "note", &start));
        notes::create(&server, json!({"text": "awaited"}));
        let (changes, _) = reading.join().expect("the read is answered");
        assert!(changes[0].contains("text=awaited"), "{changes:?}");
    });
}

#[test]
fn a_reader_that_fell_behind_is_told_from_where_it_can_go_on() {
    let mut server = start();
    let start = ask(&server, "note/end");
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000) SELECT i FROM n";
    migrate(&server, "U2__many.sql", &format!("INSERT INTO note (text) {rows};"));
    let told = ask(&server, &format!("note/read/{start}/10"));
    let oldest = told.strip_prefix("fell behind ").unwrap_or_else(|| panic!("{told}"));
    assert_eq!(oldest, ask(&server, "note/start"));
    notes::create(&server, json!({"text": "after"}));
    let (changes, next) = read(&server, "note", oldest);
    assert!(changes[0].contains("text=after"), "{changes:?}");
    server.restart();
    let told = ask(&server, &format!("note/read/{next}/10"));
    assert!(told.starts_with("fell behind "), "the log began anew: {told}");
}

#[test]
fn an_instance_has_so_many_logs_open_and_no_more() {
    let server = start();
    assert_eq!(ask(&server, "note/logs/1023"), "1023 logs");
    let refused = ask(&server, "note/logs/1024");
    assert!(refused.starts_with("TooMany") && refused.contains("1024"), "{refused}");
    assert_eq!(ask(&server, "note/logs/1023"), "1023 logs");
}
