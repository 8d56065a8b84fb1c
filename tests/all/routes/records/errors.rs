//! What clients are told: each error of the protocol, exactly.

use crate::notes::{self, PATH};
use guesthouse_tests::raw::Raw;
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

const TABLES: &str = "
CREATE TABLE strict_one (
    id INTEGER PRIMARY KEY,
    checked INTEGER CHECK (checked > 0),
    needed TEXT NOT NULL DEFAULT 'x',
    single TEXT UNIQUE,
    other INTEGER REFERENCES strict_one,
    nested TEXT,
    CHECK (nested IS NULL OR json_extract(nested, '$') IS NOT NULL)
) STRICT;
CREATE TRIGGER no_trouble BEFORE INSERT ON strict_one WHEN new.needed = 'trouble' BEGIN SELECT RAISE(ABORT, 'a secret reason'); END;
INSERT INTO _record_api (name, table_name, acl_world) VALUES
    ('open', 'strict_one', 'CREATE,READ,UPDATE,DELETE'), ('gone', 'nothing', 'READ');
";

const OPEN: &str = "/api/records/v1/open";

fn start() -> Server {
    Server::prepare().migration("U1__tables.sql", TABLES).start()
}

fn post(server: &Server, body: &Value) -> Answer {
    server.request("POST", OPEN).json(body).send()
}

/// An error is plain text or nothing.
#[track_caller]
fn expect(answer: &Answer, status: u16, body: &str) {
    answer.expect(status, body);
    let content_type = answer.header("content-type").unwrap_or_default();
    assert!(content_type.starts_with("text/plain"), "{content_type}");
}

#[test]
fn statuses_without_a_text() {
    let server = start();
    for (method, path, status) in [
        ("GET", "/api/records/v1/nothing", 405),
        ("POST", "/api/records/v1/strict_one", 405),
        ("DELETE", "/api/records/v1/nothing/1", 405),
        ("PUT", "/api/records/v1/open/1", 405),
        ("DELETE", OPEN, 405),
        ("GET", "/api/records/v1/open/1", 404),
        ("DELETE", "/api/records/v1/open/1", 404),
        ("GET", "/api/records/v1/open/1/nothing", 404),
        ("GET", "/api/records/v1/open/", 404),
        ("POST", "/api/records/v1/gone", 500),
        ("GET", "/api/records/v1/gone", 500),
    ] {
        expect(&server.request(method, path).send(), status, "");
    }
    expect(
        &server
            .request("PATCH", "/api/records/v1/open/1")
            .json(&json!({"single": "a"}))
            .send(),
        404,
        "",
    );
}

#[test]
fn what_the_access_list_denies_is_forbidden_whatever_else_is_wrong() {
    let server = notes::start();
    for (method, path, body) in [
        ("POST", "/api/records/v1/notes_read_only", "{"),
        ("PATCH", "/api/records/v1/notes_read_only/x", "{"),
        ("DELETE", "/api/records/v1/notes_read_only/x", ""),
        ("GET", "/api/records/v1/secrets/x", ""),
        ("GET", "/api/records/v1/secrets?limit=x", ""),
    ] {
        expect(&server.request(method, path).body(body).send(), 403, "");
    }
}

#[test]
fn an_empty_body_comes_with_the_reason_in_the_status_line() {
    let server = notes::start();
    for (path, line) in [
        ("/api/records/v1/notes/1", "HTTP/1.1 404 Not Found\r\n"),
        ("/api/records/v1/nothing/1", "HTTP/1.1 405 Method Not Allowed\r\n"),
        ("/api/records/v1/secrets/1", "HTTP/1.1 403 Forbidden\r\n"),
        ("/api/records/v1/notes/x", "HTTP/1.1 400 Bad Request\r\n"),
    ] {
        let mut connection = Raw::connect(server.address());
        connection.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"));
        let head = connection.read_head();
        assert!(head.starts_with(line), "{head}");
    }
}

#[test]
fn a_query_says_which_part_of_it_is_wrong() {
    let server = start();
    post(&server, &json!({"single": "a"})).expect_status(200);
    let list = server.get(OPEN).json();
    let cursor = list["cursor"].as_str().expect("there is a record");
    for (query, text) in [
        ("limit=x", "Invalid query"),
        ("limit=-1", "Invalid query"),
        ("count=maybe", "Invalid query"),
        ("order=a;b", "Invalid query"),
        ("order=id,id,id,id,id,id", "Invalid query"),
        ("a=%ff", "Invalid query"),
        ("offset=9223372036854775808", "Invalid offset"),
        ("limit=1025", "limit exceeds max limit of 1024"),
        ("filter=1", "Invalid filter params"),
        ("filter[checked]=x", "Invalid filter params"),
        ("filter[nothing]=1", "Invalid filter params"),
        ("filter[checked][$near]=1", "Invalid filter params"),
        ("cursor=*", "Bad cursor: b64"),
        ("cursor=AAAA", "Bad cursor"),
        (
            &format!("cursor={cursor}&order=single"),
            "Only TABLEs with PK primary order support cursors. Use offset instead.",
        ),
        ("expand=other", "Invalid expansion"),
        ("geojson=checked", "Invalid geometry column"),
        ("order=nothing", "rejected"),
        ("filter[single][$re]=(", "rejected"),
    ] {
        expect(&server.get(&format!("{OPEN}?{query}")), 400, text);
    }
    expect(&server.get(&format!("{OPEN}/1?expand=other")), 400, "Invalid expansion");
    expect(&server.get(&format!("{OPEN}/1?expand=%ff")), 400, "Invalid query");
}

#[test]
fn a_body_says_what_was_expected() {
    let server = start();
    for id in ["x", "1.0", "AAAAAAAAAAAAAAAAAAAAAA==", "%ff"] {
        expect(&server.get(&format!("{OPEN}/{id}")), 400, "Invalid id");
        expect(
            &server.request("PATCH", &format!("{OPEN}/{id}")).json(&json!({})).send(),
            400,
            "Invalid id",
        );
        expect(
            &server.request("DELETE", &format!("{OPEN}/{id}")).send(),
            400,
            "Invalid id",
        );
    }
    expect(&post(&server, &json!(1)), 400, "Expected record or array of records");
    expect(&post(&server, &json!({"checked": "1"})), 400, "Invalid Parameters");
    expect(&post(&server, &json!([1])), 400, "Invalid Parameters");
    expect(&post(&server, &json!([])), 400, "no values provided");
    expect(
        &post(&server, &json!(vec![json!({}); 1025])),
        400,
        "Bulk creation exceeds limit: 1024",
    );
    let patch = |body: Value| server.request("PATCH", &format!("{OPEN}/1")).json(&body).send();
    expect(&patch(json!([])), 400, "Expected single record");
    expect(&patch(json!({})), 400, "no values provided");
    expect(&patch(json!({"id": 2, "single": "a"})), 400, "Invalid Parameters");
    let csv = server
        .request("POST", OPEN)
        .header("content-type", "text/csv")
        .body("a")
        .send();
    expect(&csv, 400, "Unexpected content type");
    let broken = server.request("POST", OPEN).body("{").send();
    broken.expect_status(400);
    assert!(broken.text().starts_with("the body is not JSON: "), "{}", broken.text());
}

#[test]
fn a_constraint_is_named_by_its_kind_and_says_nothing_more() {
    let server = start();
    post(&server, &json!({"id": 1, "single": "a"})).expect_status(200);
    for (body, text) in [
        (json!({"checked": 0}), "db constraint: check"),
        (json!({"other": 9}), "db constraint: fk"),
        (json!({"needed": null}), "db constraint: not null"),
        (json!({"id": 1}), "db constraint: pk"),
        (json!({"single": "a"}), "db constraint: unique"),
        (json!({"needed": "trouble"}), "db constraint: trigger"),
        (json!({"nested": "{"}), "rejected"),
    ] {
        expect(&post(&server, &body), 400, text);
        expect(&post(&server, &json!([{}, body])), 400, text);
    }
    post(&server, &json!({"id": 2, "other": 1})).expect_status(200);
    for (body, text) in [
        (json!({"checked": 0}), "db constraint: check"),
        (json!({"other": 9}), "db constraint: fk"),
        (json!({"needed": null}), "db constraint: not null"),
        (json!({"single": "a"}), "db constraint: unique"),
        (json!({"nested": "{"}), "rejected"),
    ] {
        expect(
            &server.request("PATCH", &format!("{OPEN}/2")).json(&body).send(),
            400,
            text,
        );
    }
    expect(
        &server.request("DELETE", &format!("{OPEN}/1")).send(),
        400,
        "db constraint: fk",
    );
    assert_eq!(server.get(&format!("{OPEN}?count=true")).json()["total_count"], 2);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let server = notes::start();
    let text = "a".repeat(10 << 20);
    let answer = server.request("POST", PATH).json(&json!({"text": text})).send();
    answer.expect_status(413);
    assert_eq!(notes::count(&server), 0);
}
