//! Whoever writes, it is told: and only what was committed.

use super::{create, expected, path, start, subscribe, told};
use guesthouse_tests::Server;
use serde_json::json;

fn migrate(server: &Server, file: &str, sql: &str) {
    let folder = server.data().join("migrations/main");
    std::fs::write(folder.join(file), sql).expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
}

#[test]
fn a_migration_is_told_as_any_other_write() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    migrate(
        &server,
        "U2__more.sql",
        "INSERT INTO note (text) VALUES ('a'), ('b'); UPDATE note SET text = text || '!'; DELETE FROM note WHERE id = 1;",
    );
    assert_eq!(
        told(&mut events, 5),
        expected(&[
            ("Insert", "a"),
            ("Insert", "b"),
            ("Update", "a!"),
            ("Update", "b!"),
            ("Delete", "a!")
        ])
    );
}

#[test]
fn what_another_component_writes_is_told() {
    let server = start();
    server.deploy("sleeper");
    migrate(
        &server,
        "U2__api.sql",
        "INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions) VALUES ('naps', 'nap', 'READ', 1);",
    );
    let mut events = subscribe(&server, "naps");
    // The first one is rolled back.
    server.get("/sleeper/abandon").expect_status(200);
    server.get("/sleeper/write").expect_status(200);
    assert_eq!(events.expect_json()["Insert"]["note"], "short");
}

#[test]
fn what_was_rolled_back_is_not_told() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    let operation =
        |text: &str, stars: i64| json!({"Create": {"api_name": "all", "value": {"text": text, "stars": stars}}});
    for (is_all_or_none, first) in [(true, "undone"), (false, "kept")] {
        let body = json!({"transaction": is_all_or_none, "operations": [operation(first, 1), operation("refused", 9)]});
        let request = server.request("POST", "/api/transaction/v1/execute").json(&body);
        request.send().expect(400, "db constraint: check");
    }
    let bulk = json!([{"text": "undone"}, {"text": "refused", "stars": 9}]);
    server
        .request("POST", super::NOTES)
        .json(&bulk)
        .send()
        .expect_status(400);
    create(&server, json!({"text": "last"}));
    assert_eq!(
        told(&mut events, 2),
        expected(&[("Insert", "kept"), ("Insert", "last")])
    );
}

#[test]
fn a_replaced_row_is_a_deleted_and_an_inserted_one() {
    let server = start();
    migrate(
        &server,
        "U2__replace.sql",
        "INSERT INTO _record_api (name, table_name, acl_world, conflict_resolution) VALUES ('replacing', 'other', 'CREATE', 'REPLACE');",
    );
    let mut events = subscribe(&server, "others");
    for text in ["a", "b"] {
        let other = json!({"id": 1, "text": text});
        let request = server.request("POST", "/api/records/v1/replacing").json(&other);
        request.send().expect_status(200);
    }
    let first = told(&mut events, 1);
    assert_eq!(first, expected(&[("Insert", "a")]));
    let (name, text) = told(&mut events, 1).remove(0);
    assert!(
        matches!((&*name, &*text), ("Update", "b") | ("Delete", "a")),
        "{name} {text}"
    );
}

#[test]
fn tables_of_other_databases_are_told_of_too() {
    let other = "CREATE TABLE good (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;";
    let main = "INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions, read_access_rule) VALUES
        ('goods', 'other.good', 'CREATE,READ', 1, NULL), ('some', 'other.good', 'READ', 1, '_ROW_.text > ''b''');";
    let server = Server::prepare()
        .file("migrations/other/U1__goods.sql", other)
        .migration("U1__apis.sql", main)
        .start();
    let (mut all, mut some) = (subscribe(&server, "goods"), subscribe(&server, "some"));
    let mut one_filtered = server.events(&format!("{}?filter[text]=a", path("goods", "*")));
    for text in ["a", "c"] {
        let request = server
            .request("POST", "/api/records/v1/goods")
            .json(&json!({"text": text}));
        request.send().expect_status(200);
    }
    assert_eq!(told(&mut all, 2), expected(&[("Insert", "a"), ("Insert", "c")]));
    assert_eq!(told(&mut some, 1), expected(&[("Insert", "c")]));
    assert_eq!(told(&mut one_filtered, 1), expected(&[("Insert", "a")]));
}
