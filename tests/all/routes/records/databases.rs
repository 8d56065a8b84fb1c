//! APIs over tables of other databases than `main`.

use guesthouse_tests::{Server, guests, wait};
use serde_json::json;
use std::time::Duration;

const OTHER: &str = "
CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE good (id INTEGER PRIMARY KEY, name TEXT NOT NULL, maker INTEGER REFERENCES maker) STRICT;
CREATE VIEW names AS SELECT id, name FROM good;
CREATE TABLE _inner (id INTEGER PRIMARY KEY) STRICT;
INSERT INTO maker VALUES (7, 'acme');
";

const MAIN: &str = "
CREATE TABLE good (id INTEGER PRIMARY KEY, here TEXT) STRICT;
INSERT INTO good (here) VALUES ('in main');
INSERT INTO _record_api (name, table_name, acl_world, expand) VALUES
    ('goods', 'other.good', 'CREATE,READ,UPDATE,DELETE,SCHEMA', 'maker'),
    ('names', 'other.names', 'READ', NULL),
    ('main_goods', 'main.good', 'READ', NULL),
    ('inner', 'other._inner', 'READ', NULL),
    ('missing_table', 'other.nothing', 'READ', NULL),
    ('missing_database', 'nowhere.good', 'READ', NULL),
    ('of_the_host', 'host.component', 'READ', NULL),
    ('of_a_path', '../main.good', 'READ', NULL);
";

fn start() -> Server {
    Server::prepare()
        .file("migrations/other/U1__goods.sql", OTHER)
        .migration("U1__apis.sql", MAIN)
        .start()
}

#[test]
fn what_is_no_table_of_a_database_says_so_in_the_log() {
    let server = start();
    for (api, why) in [
        ("missing_table", "its table does not exist"),
        ("missing_database", "there is no database nowhere"),
        ("of_the_host", "there is no database host"),
        ("of_a_path", "there is no database "),
    ] {
        server.get(&format!("/api/records/v1/{api}")).expect(500, "");
        let line = format!("the record API {api} cannot be served: {why}");
        wait::until(&line, Duration::from_secs(10), || {
            server.log().contains(&line).then_some(())
        });
    }
    assert!(!server.data().join("nowhere.db").exists());
    server.get("/api/records/v1/inner").expect(403, "");
}

#[test]
fn every_operation_works_there_and_leaves_main_alone() {
    let server = start();
    let path = "/api/records/v1/goods";
    let records = json!([{"name": "anvil", "maker": 7}, {"name": "rope"}]);
    server
        .request("POST", path)
        .json(&records)
        .send()
        .expect_json(200, json!({"ids": ["1", "2"]}));
    server
        .request("POST", path)
        .json(&json!({"name": "x", "maker": 8}))
        .send()
        .expect(400, "db constraint: fk");
    server.get(&format!("{path}/1?expand=maker")).expect_json(
        200,
        json!({"id": 1, "name": "anvil", "maker": {"id": 7, "data": {"id": 7, "name": "acme"}}}),
    );
    server
        .request("PATCH", &format!("{path}/2"))
        .json(&json!({"name": "cord"}))
        .send()
        .expect(200, "");
    let first = server.get(&format!("{path}?limit=1&count=true")).json();
    assert_eq!(
        (&first["total_count"], &first["records"][0]["name"]),
        (&json!(2), &json!("cord"))
    );
    let cursor = first["cursor"].as_str().expect("a page has a cursor");
    let second = server.get(&format!("{path}?limit=1&cursor={cursor}")).json();
    assert_eq!(second["records"][0]["name"], "anvil");
    server
        .request("DELETE", &format!("{path}/1"))
        .send()
        .expect(200, "deleted");
    server
        .get("/api/records/v1/names")
        .expect_json(200, json!({"records": [{"id": 2, "name": "cord"}]}));
    let schema = server.get(&format!("{path}/schema")).json();
    assert_eq!(schema["required"], json!(["name"]));
    let main = server.get("/api/records/v1/main_goods").json();
    assert_eq!(main["records"], json!([{"id": 1, "here": "in main"}]));
}

#[test]
fn a_transaction_is_of_one_database() {
    let server = start();
    let create = |api: &str| json!({"Create": {"api_name": api, "value": {"name": "a"}}});
    for (together, apis) in [(true, ["goods", "main_goods"]), (false, ["main_goods", "goods"])] {
        let body = json!({"transaction": together, "operations": apis.map(create)});
        let answer = server.request("POST", "/api/transaction/v1/execute").json(&body).send();
        answer.expect(400, "DB mismatch");
    }
    let body = json!({"transaction": true, "operations": [create("goods"), create("goods")]});
    let answer = server.request("POST", "/api/transaction/v1/execute").json(&body).send();
    assert_eq!(answer.json()["results"], json!([{"Id": "1"}, {"Id": "2"}]));
}

#[test]
fn a_change_of_its_schema_counts_at_once() {
    let server = start();
    let id = json!({"name": "a"});
    server
        .request("POST", "/api/records/v1/goods")
        .json(&id)
        .send()
        .expect_status(200);
    assert_eq!(server.get("/api/records/v1/goods/1").json().get("colour"), None);
    // Another component that may change the table does so while the server runs.
    let folder = guests::folder_with_manifest("name = \"painter\"\n[grants.sqlite.other]\nschema = [\"good\"]");
    let migrations = folder.path().join("migrations/other");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    std::fs::write(
        migrations.join("U1__colour.sql"),
        "ALTER TABLE good ADD COLUMN colour TEXT DEFAULT 'red';",
    )
    .expect("a file can be written");
    server
        .deploy_from(&guests::component("hello"), &folder.path().join("component.toml"))
        .expect_success();
    assert_eq!(server.get("/api/records/v1/goods/1").json()["colour"], "red");
}
