//! Values of every type of column: in, stored, and out again, exactly.

use guesthouse_tests::Server;
use serde_json::{Value, json};

const TABLES: &str = "
CREATE TABLE thing (
    id INTEGER PRIMARY KEY,
    i INTEGER, r REAL, t TEXT, b BLOB, a ANY,
    j TEXT CHECK (jsonschema_matches('{\"type\": \"object\"}', j))
) STRICT;
CREATE TABLE account (id BLOB PRIMARY KEY NOT NULL CHECK (is_uuid(id)), name TEXT) STRICT;
CREATE TABLE profile (account BLOB PRIMARY KEY REFERENCES account, text TEXT) STRICT;
CREATE TABLE paper (
    id INTEGER PRIMARY KEY,
    scan TEXT CHECK (jsonschema('std.FileUpload', scan)),
    pages TEXT CHECK (jsonschema('std.FileUploads', pages)),
    title TEXT
) STRICT;
INSERT INTO paper (id, scan, pages) VALUES (1,
    '{\"id\": \"kept\", \"filename\": \"a_0123456789.png\", \"mime_type\": \"image/png\"}',
    '[{\"id\": \"kept\", \"filename\": \"b\"}]');
INSERT INTO _record_api (name, table_name, acl_world) VALUES
    ('things', 'thing', 'CREATE,READ,UPDATE'), ('accounts', 'account', 'CREATE,READ'),
    ('profiles', 'profile', 'CREATE,READ,UPDATE,DELETE'), ('papers', 'paper', 'CREATE,READ,UPDATE');
";

const THINGS: &str = "/api/records/v1/things";

fn start() -> Server {
    Server::prepare().migration("U1__things.sql", TABLES).start()
}

/// The text that a record of one column is answered with, after it was created from this text.
#[track_caller]
fn round_trip(server: &Server, column: &str, value: &str) -> String {
    let created = server
        .request("POST", THINGS)
        .header("content-type", "application/json")
        .body(format!("{{\"{column}\": {value}}}"))
        .send();
    created.expect_status(200);
    let id = created.json()["ids"][0].as_str().expect("ids are text").to_owned();
    let record = server.get(&format!("{THINGS}/{id}"));
    record.expect_status(200);
    let text = record.text();
    let start = text.find(&format!("\"{column}\":")).expect("the column is there") + column.len() + 3;
    let rest = &text[start..];
    // The next column begins with the only `,"` that these values leave, or the record ends.
    let end = rest.find(",\"").unwrap_or(rest.len() - 1);
    rest[..end].to_owned()
}

#[test]
fn a_value_of_another_type_is_refused_and_never_converted() {
    let server = start();
    for (column, values) in [
        ("i", &["\"1\"", "1.0", "1.5", "[1]", "{}", "1e3"][..]),
        ("r", &["\"1\"", "true", "[1]", "\"NaN\""]),
        ("t", &["1", "1.5", "true", "[]", "{}"]),
        (
            "b",
            &["1", "true", "\"+/8=\"", "\"-_8\"", "[256]", "[-1]", "[\"a\"]", "{}"],
        ),
        ("a", &["{}", "[\"a\"]", "[256]"]),
        (
            "j",
            &[
                "1",
                "\"x\"",
                "[]",
                "\"{ \\\"name\\\": \\\"a\\\" }\"",
                "\"{ 4: 'Eve' }\"",
            ],
        ),
    ] {
        for value in values {
            let body = format!("{{\"{column}\": {value}}}");
            for (method, path) in [("POST", THINGS.to_owned()), ("PATCH", format!("{THINGS}/1"))] {
                let request = server.request(method, &path).header("content-type", "application/json");
                let answer = request.body(body.clone()).send();
                assert!(
                    answer.status == 400 || (method == "PATCH" && answer.status == 404),
                    "{method} {body}: {answer:?}"
                );
            }
        }
    }
    assert_eq!(server.get(THINGS).json()["records"], json!([]));
}

#[test]
fn numbers_beyond_what_json_can_say_are_malformed() {
    let server = start();
    for value in ["NaN", "Infinity", "1e999", "-1e999"] {
        let request = server
            .request("POST", THINGS)
            .header("content-type", "application/json");
        request.body(format!("{{\"r\": {value}}}")).send().expect_status(400);
    }
}

#[test]
fn values_come_back_as_they_were_stored() {
    let server = start();
    for (column, value, back) in [
        ("i", "9223372036854775807", "9223372036854775807"),
        ("i", "-9223372036854775808", "-9223372036854775808"),
        ("i", "18446744073709551615", "-1"),
        ("i", "9223372036854775808", "-9223372036854775808"),
        ("i", "true", "1"),
        ("i", "false", "0"),
        ("r", "2", "2.0"),
        ("r", "-0.5", "-0.5"),
        ("r", "1e300", "1e+300"),
        ("r", "5e-324", "5e-324"),
        ("r", "9007199254740993", "9007199254740992.0"),
        ("t", "\"007\"", "\"007\""),
        ("t", "\"\\u0000\\n\u{e9}\"", "\"\\u0000\\n\u{e9}\""),
        ("t", "\"\"", "\"\""),
        ("b", "\"-_8=\"", "\"-_8=\""),
        ("b", "\"\"", "\"\""),
        ("b", "[0, 255]", "\"AP8=\""),
        ("b", "[]", "\"\""),
        (
            "b",
            "\"01890000-0000-7000-8000-000000000001\"",
            "\"AYkAAAAAcACAAAAAAAAAAQ==\"",
        ),
        ("a", "9223372036854775807", "9223372036854775807"),
        ("a", "1.5", "1.5"),
        ("a", "true", "1"),
        ("a", "\"-_8=\"", "\"-_8=\""),
        ("a", "[1, 2]", "\"AQI=\""),
        ("j", "{\"a\": [1.0, null]}", "{\"a\": [1.0, null]}"),
    ] {
        assert_eq!(round_trip(&server, column, value), back, "{column} {value}");
    }
    for column in ["i", "r", "t", "b", "a", "j"] {
        assert_eq!(round_trip(&server, column, "null"), "null", "{column}");
    }
}

#[test]
fn an_any_keeps_the_type_that_it_was_given() {
    let server = start();
    for value in [json!(1), json!("1"), json!(1.5), json!([49])] {
        server
            .request("POST", THINGS)
            .json(&json!({"a": value}))
            .send()
            .expect_status(200);
    }
    let records = server.get(&format!("{THINGS}?order=id")).json()["records"].clone();
    let values: Vec<Value> = records
        .as_array()
        .expect("a list")
        .iter()
        .map(|record| record["a"].clone())
        .collect();
    assert_eq!(values, [json!(1), json!("1"), json!(1.5), json!("MQ==")]);
}

#[test]
fn every_column_is_there_where_it_is_null_too() {
    let server = start();
    server
        .request("POST", THINGS)
        .json(&json!({}))
        .send()
        .expect_status(200);
    let null = Value::Null;
    server.get(&format!("{THINGS}/1")).expect_json(
        200,
        json!({"id": 1, "i": null, "r": null, "t": null, "b": null, "a": null, "j": null}),
    );
    server
        .request("POST", THINGS)
        .json(&json!({"t": "x"}))
        .send()
        .expect_status(200);
    server
        .request("PATCH", &format!("{THINGS}/2"))
        .json(&json!({"t": null}))
        .send()
        .expect(200, "");
    assert_eq!(server.get(&format!("{THINGS}/2")).json()["t"], null);
}

#[test]
fn a_number_that_is_infinite_has_no_answer() {
    let server = Server::prepare()
        .migration("U1__things.sql", TABLES)
        .migration("U2__infinite.sql", "INSERT INTO thing (id, r) VALUES (1, 9e999);")
        .start();
    server.get(&format!("{THINGS}/1")).expect(500, "");
}

#[test]
fn a_key_may_be_a_reference_to_a_uuid() {
    let server = start();
    let (id, other) = ("AYkAAAAAcACAAAAAAAAAAQ==", "AYkAAAAAcACAAAAAAAAAAg==");
    let create = |api: &str, record: Value| {
        server
            .request("POST", &format!("/api/records/v1/{api}"))
            .json(&record)
            .send()
    };
    create("profiles", json!({"account": id, "text": "x"})).expect(400, "db constraint: fk");
    create("accounts", json!({"id": id})).expect_json(200, json!({"ids": [id]}));
    create(
        "profiles",
        json!({"account": "01890000-0000-7000-8000-000000000001", "text": "x"}),
    )
    .expect_json(200, json!({"ids": [id]}));
    let path = format!("/api/records/v1/profiles/{id}");
    server.get(&path).expect_json(200, json!({"account": id, "text": "x"}));
    let change = |record: Value| server.request("PATCH", &path).json(&record).send();
    change(json!({"account": other})).expect_status(400);
    change(json!({"account": id, "text": "y"})).expect(200, "");
    server.request("DELETE", &path).send().expect(200, "deleted");
    server.get("/api/records/v1/profiles/1").expect(400, "Invalid id");
}

#[test]
fn files_are_shown_without_where_they_are_kept_and_not_written() {
    let server = start();
    let papers = "/api/records/v1/papers";
    for body in [
        json!({"scan": {"filename": "x"}}),
        json!({"pages": []}),
        json!({"scan": null}),
        json!([{"title": "a"}, {"scan": {"data": "AAAA"}}]),
    ] {
        let answer = server.request("POST", papers).json(&body).send();
        answer.expect(400, "file columns cannot be written yet");
    }
    let change = |record: Value| server.request("PATCH", &format!("{papers}/1")).json(&record).send();
    change(json!({"scan": {"filename": "x"}})).expect(400, "file columns cannot be written yet");
    server
        .get(&format!("{papers}?filter[scan][$like]=%25kept%25"))
        .expect(400, "Invalid filter params");
    change(json!({"title": "a"})).expect(200, "");
    server.get(&format!("{papers}/1")).expect_json(
        200,
        json!({
            "id": 1, "title": "a",
            "scan": {"filename": "a_0123456789.png", "mime_type": "image/png"},
            "pages": [{"filename": "b"}],
        }),
    );
    server
        .request("POST", papers)
        .json(&json!({"title": "b"}))
        .send()
        .expect_json(200, json!({"ids": ["2"]}));
    assert_eq!(
        server.get(&format!("{papers}?filter[scan][$is]=NULL")).json()["records"][0]["title"],
        "b"
    );
}
