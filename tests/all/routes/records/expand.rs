//! `expand`: records with the rows that they reference.

use guesthouse_tests::Server;
use serde_json::{Value, json};

const TABLES: &str = "
CREATE TABLE country (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE author (
    id BLOB PRIMARY KEY NOT NULL CHECK (is_uuid(id)) DEFAULT (uuid_v7()),
    text TEXT NOT NULL,
    country INTEGER REFERENCES country,
    profile TEXT CHECK (jsonschema_matches('{\"type\": \"object\"}', profile)),
    _secret TEXT DEFAULT 'nobody may see this'
) STRICT;
CREATE TABLE _inner (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    author BLOB REFERENCES author,
    country INTEGER REFERENCES country(id),
    answers INTEGER REFERENCES post(id),
    hidden INTEGER REFERENCES _inner
) STRICT;
INSERT INTO country (id, text) VALUES (1, 'Utopia'), (2, 'Erewhon');
INSERT INTO author (id, text, country, profile) VALUES (x'00000000000000000000000000000001', 'Ann', 1, '{\"tall\": true}');
INSERT INTO post (id, text, author, country, answers) VALUES
    (1, 'first', x'00000000000000000000000000000001', 2, NULL), (2, 'second', NULL, 1, 1), (3, 'third', NULL, NULL, NULL);
INSERT INTO _record_api (name, table_name, acl_world, expand, excluded_columns) VALUES
    ('posts', 'post', 'CREATE,READ,UPDATE', 'author, country,answers', 'hidden');
INSERT INTO _record_api (name, table_name, acl_world, expand) VALUES
    ('plain', 'post', 'READ', NULL),
    ('inner', 'post', 'READ', 'hidden'),
    ('wrong', 'post', 'READ', 'text');
";

const PATH: &str = "/api/records/v1/posts";
const ANN: &str = "AAAAAAAAAAAAAAAAAAAAAQ==";

fn start() -> Server {
    Server::prepare().migration("U1__posts.sql", TABLES).start()
}

fn ann() -> Value {
    json!({"id": ANN, "text": "Ann", "country": 1, "profile": {"tall": true}})
}

#[test]
fn what_is_not_configured_is_refused() {
    let server = start();
    for path in [PATH.to_owned(), format!("{PATH}/1")] {
        for expand in [
            "text",
            "author,text",
            "author,",
            "hidden",
            "posts",
            "author,author,author,author,author,author",
        ] {
            server
                .get(&format!("{path}?expand={expand}"))
                .expect(400, "Invalid expansion");
        }
        server.get(&format!("{path}?expand=")).expect_status(200);
    }
    server
        .get("/api/records/v1/plain?expand=author")
        .expect(400, "Invalid expansion");
}

#[test]
fn an_api_that_expands_what_it_cannot_is_not_served_and_says_why() {
    let server = start();
    server.get("/api/records/v1/inner").expect(500, "");
    server.expect_log("it expands hidden, which references _inner");
    server.get("/api/records/v1/wrong").expect(500, "");
    server.expect_log("it expands text, which references no table");
}

#[test]
fn a_configured_reference_is_an_object_even_where_nothing_is_expanded() {
    let server = start();
    let first = json!({"id": 1, "text": "first", "author": {"id": ANN}, "country": {"id": 2}, "answers": null});
    server.get(&format!("{PATH}/1")).expect_json(200, first.clone());
    assert_eq!(
        server.get(&format!("{PATH}?order=id&limit=1")).json()["records"],
        json!([first])
    );
    let plain = server.get("/api/records/v1/plain/1").json();
    assert_eq!((&plain["author"], &plain["country"]), (&json!(ANN), &json!(2)));
}

#[test]
fn a_record_carries_the_rows_that_were_asked_for() {
    let server = start();
    let expanded = server.get(&format!("{PATH}/1?expand=author,answers"));
    expanded.expect_json(
        200,
        json!({"id": 1, "text": "first", "author": {"id": ANN, "data": ann()}, "country": {"id": 2}, "answers": null}),
    );
    // One hop: the references of what is carried stay bare.
    let second = server.get(&format!("{PATH}/2?expand=country%2Canswers")).json();
    assert_eq!(second["country"], json!({"id": 1, "data": {"id": 1, "text": "Utopia"}}));
    let first = json!({"id": 1, "text": "first", "author": ANN, "country": 2, "answers": null, "hidden": null});
    assert_eq!(second["answers"], json!({"id": 1, "data": first}));
    server.get(&format!("{PATH}/4?expand=author")).expect(404, "");
}

#[test]
fn a_list_keeps_its_order_pages_and_count() {
    let server = start();
    let list = |query: &str| server.get(&format!("{PATH}?expand=author,country&{query}")).json();
    let texts = |list: &Value| -> Vec<String> {
        let records = list["records"].as_array().expect("records are a list").iter();
        records
            .map(|record| record["text"].as_str().expect("text is text").to_owned())
            .collect()
    };
    for (query, expected) in [
        ("", &["third", "second", "first"][..]),
        ("order=text", &["first", "second", "third"]),
        ("order=-country,id", &["first", "second", "third"]),
        ("order=id&offset=1&limit=1", &["second"]),
        ("filter[country]=1", &["second"]),
        (&format!("filter[author]={ANN}&filter[text][$like]=f%25"), &["first"]),
    ] {
        assert_eq!(texts(&list(query)), expected, "{query}");
    }
    let page = list("limit=2&count=true");
    assert_eq!((texts(&page).len(), &page["total_count"]), (2, &json!(3)));
    assert_eq!(page["records"][1]["country"]["data"]["text"], "Utopia");
    let cursor = page["cursor"].as_str().expect("there is a cursor");
    let rest = list(&format!("cursor={cursor}"));
    assert_eq!(rest["records"][0]["author"]["data"], ann());
}

#[test]
fn a_reference_is_written_as_a_bare_id() {
    let server = start();
    let patch = |body: Value| server.request("PATCH", &format!("{PATH}/3")).json(&body).send();
    patch(json!({"author": {"id": ANN}})).expect(400, "Invalid Parameters");
    patch(json!({"author": ANN, "country": 2})).expect(200, "");
    patch(json!({"country": 9})).expect(400, "db constraint: fk");
    let post = server.get(&format!("{PATH}/3?expand=country")).json();
    assert_eq!(
        (&post["author"], &post["country"]["data"]["text"]),
        (&json!({"id": ANN}), &json!("Erewhon"))
    );
}
