//! Creates and updates by the forms of browsers, with and without parts.

use crate::notes::{self, PATH};
use guesthouse_tests::{Answer, Server};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=limit";

fn send(server: &Server, method: &str, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = server.request(method, path).header("content-type", content_type);
    request.body(body).send()
}

/// A body of parts, each with what its head says beyond `form-data` and its content.
fn parts(parts: &[(&str, &str)]) -> String {
    let parts = parts
        .iter()
        .map(|(head, content)| format!("--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"));
    parts.collect::<String>() + "--limit--\r\n"
}

#[test]
fn text_is_no_number() {
    let server = notes::start();
    for body in ["text=a&stars=3", "text=a&score=1.5", "text=a&id=1"] {
        send(&server, "POST", PATH, FORM, body).expect(400, "Invalid Parameters");
    }
    let body = parts(&[("name=\"text\"", "a"), ("name=\"stars\"", "3")]);
    send(&server, "POST", PATH, PARTS, body).expect(400, "Invalid Parameters");
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_broken_form_is_refused_with_a_text() {
    let server = notes::start();
    for (content_type, body) in [
        (FORM, "text=%ff"),
        (PARTS, ""),
        (PARTS, "--limit\r\n"),
        (PARTS, "text=a"),
        ("multipart/form-data", "--limit--"),
    ] {
        let answer = send(&server, "POST", PATH, content_type, body);
        assert_eq!(answer.status, 400, "{content_type} {body}");
        assert!(!answer.body.is_empty(), "{content_type} {body}");
    }
    let many = "text=a&".repeat(4097);
    send(&server, "POST", PATH, FORM, many).expect(400, "a form has at most 4096 fields");
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_file_is_for_no_column_that_is_no_file() {
    let server = notes::start();
    for name in ["text", "data"] {
        let body = parts(&[
            ("name=\"text\"", "a"),
            (&format!("name=\"{name}\"; filename=\"a.txt\""), "x"),
        ]);
        send(&server, "POST", PATH, PARTS, body).expect(400, "Invalid Parameters");
    }
    let body = parts(&[
        ("name=\"text\"", "a"),
        ("name=\"data\"; filename=\"\"", ""),
        ("name=\"unknown\"; filename=\"a.txt\"", "x"),
    ]);
    send(&server, "POST", PATH, PARTS, body).expect_json(200, json!({"ids": ["1"]}));
}

#[test]
fn a_form_creates_and_updates_one_record() {
    let server = notes::start();
    send(&server, "POST", PATH, FORM, "text=a+%26+b&data=-_8%3D&unknown=1").expect_json(200, json!({"ids": ["1"]}));
    let path = format!("{PATH}/1");
    let expected = |text: &str, title: &str| json!({"id": 1, "text": text, "stars": 0, "score": null, "data": "-_8=", "title": title});
    send(&server, "PATCH", &path, PARTS, parts(&[("name=\"title\"", "one")])).expect(200, "");
    server.get(&path).expect_json(200, expected("a & b", "one"));
    send(&server, "PATCH", &path, FORM, "text=%C3%BC&title=").expect(200, "");
    server.get(&path).expect_json(200, expected("\u{fc}", ""));
    send(&server, "PATCH", &path, FORM, "").expect(400, "no values provided");
}

#[test]
fn a_json_column_takes_json_and_what_comes_twice_is_a_list() {
    let schema = r#"{"type": ["object", "array"]}"#;
    let migration = format!(
        "CREATE TABLE thing (id INTEGER PRIMARY KEY, any ANY, meta TEXT CHECK (jsonschema_matches('{schema}', meta))) STRICT;
         INSERT INTO _record_api (name, table_name, acl_world) VALUES ('things', 'thing', 'CREATE,READ');"
    );
    let server = Server::prepare().migration("U1__things.sql", &migration).start();
    let path = "/api/records/v1/things";
    for (body, expected) in [
        (
            "any=7&meta=%7B%22a%22:1%7D",
            json!({"id": 1, "any": "7", "meta": {"a": 1}}),
        ),
        ("meta=a&meta=b", json!({"id": 2, "any": null, "meta": ["a", "b"]})),
        ("meta=null", json!({"id": 3, "any": null, "meta": null})),
    ] {
        send(&server, "POST", path, FORM, body).expect_status(200);
        server
            .get(&format!("{path}/{}", expected["id"]))
            .expect_json(200, expected);
    }
    send(&server, "POST", path, FORM, "meta=%7B").expect(400, "Invalid Parameters");
    send(&server, "POST", path, FORM, "any=a&any=b").expect(400, "Invalid Parameters");
    send(&server, "POST", path, FORM, "meta=7").expect(400, "db constraint: check");
}

#[test]
fn a_form_may_say_where_to_go_afterwards() {
    let server = notes::start();
    let path = format!("{PATH}?redirect_uri=%2Fdone%3Fa%3D1%0D%0Ax:+y");
    let answer = send(&server, "POST", &path, FORM, "text=a");
    answer.expect(303, "");
    assert_eq!(answer.header("location"), Some("/done?a=1%0D%0Ax:%20y"));
    send(&server, "POST", &path, FORM, "title=a").expect(400, "db constraint: not null");
    assert_eq!(notes::count(&server), 1);
}
