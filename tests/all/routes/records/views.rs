//! APIs over views: read as tables are, never written.

use guesthouse_tests::{Server, wait};
use serde_json::{Value, json};
use std::time::Duration;

const SHOP: &str = "
CREATE TABLE maker (
    id BLOB PRIMARY KEY NOT NULL CHECK (is_uuid_v7(id)),
    name TEXT NOT NULL
) STRICT;
CREATE TABLE good (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    maker BLOB REFERENCES maker,
    tags TEXT CHECK (jsonschema_matches('{\"type\": \"array\"}', tags)),
    price REAL NOT NULL,
    any ANY,
    _hidden TEXT
) STRICT;
CREATE TABLE loose (id INTEGER PRIMARY KEY, x VARCHAR(7));
INSERT INTO maker VALUES (uuid_parse('01890000-0000-7000-8000-000000000001'), 'acme');
INSERT INTO good (id, name, maker, tags, price, any) VALUES
    (1, 'anvil', (SELECT id FROM maker), '[\"heavy\", 1]', 9.5, x'fbff'),
    (2, 'rope', NULL, NULL, 1.0, 7),
    (3, 'anvil', NULL, '[]', 2.25, 'x');

CREATE VIEW all_goods AS SELECT * FROM good;
CREATE VIEW made AS SELECT g.name || '!' AS title, m.name AS maker_name, g.tags, g.id AS number, m.id AS maker
    FROM good AS g LEFT JOIN maker AS m ON m.id = g.maker;
CREATE VIEW made_by AS SELECT m.id, m.name, g.id AS good FROM maker AS m INNER JOIN good AS g ON g.maker = m.id;
CREATE VIEW cast_goods AS SELECT id, CAST(price AS INTEGER) AS whole, CAST(price AS TEXT) AS words, 'new' AS state, 7 AS seven,
    NULL AS none, CAST(name AS BLOB) AS bytes FROM good;
CREATE VIEW latest AS SELECT name, MAX(id) AS last, count(*) AS many FROM good GROUP BY name;
CREATE VIEW above AS SELECT number, tags FROM made WHERE maker_name IS NOT NULL;
CREATE VIEW keyless AS SELECT name FROM good;
CREATE VIEW both AS SELECT id, name FROM good UNION ALL SELECT id, name FROM maker;
CREATE VIEW loosely AS SELECT id, x FROM loose;
CREATE VIEW broken AS SELECT id, gone FROM good;
CREATE VIEW latest_again AS SELECT * FROM latest;
CREATE VIEW peeping AS SELECT id, (SELECT count(*) FROM _migration) AS steps FROM good;

INSERT INTO _record_api (name, table_name, acl_world)
    SELECT name, name, 'CREATE,READ,UPDATE,DELETE' FROM sqlite_schema WHERE type = 'view';
INSERT INTO _record_api (name, table_name, excluded_columns, acl_world) VALUES ('fewer', 'all_goods', 'name,price', 'READ');
";

fn start() -> Server {
    Server::prepare().migration("U1__shop.sql", SHOP).start()
}

fn path(view: &str) -> String {
    format!("/api/records/v1/{view}")
}

#[track_caller]
fn records(server: &Server, view: &str, query: &str) -> Value {
    let answer = server.get(&format!("{}?{query}", path(view)));
    answer.expect_status(200);
    answer.json()["records"].clone()
}

#[test]
fn a_view_is_never_written() {
    let server = start();
    let body = json!({"name": "x", "price": 1});
    for (method, path) in [
        ("POST", path("all_goods")),
        ("PATCH", path("all_goods/1")),
        ("DELETE", path("all_goods/1")),
    ] {
        server.request(method, &path).json(&body).send().expect(405, "");
    }
    assert_eq!(records(&server, "all_goods", "").as_array().map(Vec::len), Some(3));
}

#[test]
fn a_view_that_cannot_be_served_says_why_in_the_log() {
    let server = start();
    for (view, why) in [
        ("keyless", "its view shows no key"),
        ("loosely", "its view shows no key"),
        ("latest_again", "its view shows no key"),
        ("both", "UNION, INTERSECT or EXCEPT"),
        ("broken", "no such column: gone"),
    ] {
        server.get(&path(view)).expect(500, "");
        let line = format!("the record API {view} cannot be served: ");
        wait::until(&format!("{view} in the log"), Duration::from_secs(10), || {
            let log = server.log();
            log.lines()
                .any(|said| said.contains(&line) && said.contains(why))
                .then_some(())
        });
    }
}

#[test]
fn a_view_reads_no_table_that_records_may_not_read() {
    start().get(&path("peeping")).expect(403, "");
}

#[test]
fn columns_are_those_of_their_tables() {
    let server = start();
    let maker = "AYkAAAAAcACAAAAAAAAAAQ==";
    server.get(&path("all_goods/1")).expect_json(
        200,
        json!({"id": 1, "name": "anvil", "maker": maker, "tags": ["heavy", 1], "price": 9.5, "any": "-_8="}),
    );
    server.get(&path("made/1")).expect_json(
        200,
        json!({"title": "anvil!", "maker_name": "acme", "tags": ["heavy", 1], "number": 1, "maker": maker}),
    );
    server.get(&path("made/2")).expect_json(
        200,
        json!({"title": "rope!", "maker_name": null, "tags": null, "number": 2, "maker": null}),
    );
    server.get(&path("fewer/1")).expect_json(
        200,
        json!({"id": 1, "maker": maker, "tags": ["heavy", 1], "any": "-_8="}),
    );
    for id in [maker, "01890000-0000-7000-8000-000000000001"] {
        server
            .get(&path(&format!("made_by/{id}")))
            .expect_json(200, json!({"id": maker, "name": "acme", "good": 1}));
    }
    server.get(&path("made_by/1")).expect(400, "Invalid id");
    server.get(&path("made/9")).expect(404, "");
}

#[test]
fn expressions_are_what_they_are_cast_to_or_what_they_give() {
    let server = start();
    server.get(&path("cast_goods/1")).expect_json(
        200,
        json!({"id": 1, "whole": 9, "words": "9.5", "state": "new", "seven": 7, "none": null, "bytes": "YW52aWw="}),
    );
    assert_eq!(records(&server, "cast_goods", "filter[words]=1.0")[0]["id"], 2);
    server
        .get(&format!("{}?filter[whole]=x", path("cast_goods")))
        .expect(400, "Invalid filter params");
}

#[test]
fn the_greatest_key_of_a_group_is_a_key() {
    let server = start();
    assert_eq!(
        records(&server, "latest", ""),
        json!([{"name": "anvil", "last": 3, "many": 2}, {"name": "rope", "last": 2, "many": 1}])
    );
    server
        .get(&path("latest/3"))
        .expect_json(200, json!({"name": "anvil", "last": 3, "many": 2}));
    server.get(&path("latest/1")).expect(404, "");
}

#[test]
fn a_view_of_a_view_is_a_view() {
    let server = start();
    assert_eq!(
        records(&server, "above", ""),
        json!([{"number": 1, "tags": ["heavy", 1]}])
    );
}

#[test]
fn pages_of_a_view_go_by_offset_and_never_by_cursor() {
    let server = start();
    let page = server
        .get(&format!("{}?limit=1&offset=1&count=true", path("made")))
        .json();
    assert_eq!(page["records"][0]["number"], 2);
    assert_eq!((&page["total_count"], page.get("cursor")), (&json!(3), None));
    server.get(&format!("{}?cursor=AAAA", path("made"))).expect(
        400,
        "Only TABLEs with PK primary order support cursors. Use offset instead.",
    );
    assert_eq!(records(&server, "made", "order=title,-number")[0]["number"], 3);
}
