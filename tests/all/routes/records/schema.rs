//! GET `/api/records/v1/{api}/schema`.

use guesthouse_tests::Server;
use serde_json::{Value, json};

const TABLES: &str = "
CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE good (
    id BLOB PRIMARY KEY NOT NULL CHECK (is_uuid_v7(id)) DEFAULT (uuid_v7()),
    name TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    price REAL,
    extra ANY,
    maker INTEGER NOT NULL REFERENCES maker,
    shape TEXT CHECK (jsonschema_matches('{\"$ref\": \"#/$defs/box\", \"$defs\": {\"box\": {\"type\": \"object\"}}}', shape)),
    photo TEXT CHECK (jsonschema('std.FileUpload', photo)),
    excluded TEXT,
    _hidden TEXT,
    loud TEXT AS (upper(name))
) STRICT;
CREATE VIEW named AS SELECT g.id, g.name, m.name AS maker, g.shape, CAST(g.price AS INTEGER) AS whole
    FROM good AS g LEFT JOIN maker AS m ON m.id = g.maker;
INSERT INTO _record_api (name, table_name, acl_world, excluded_columns, expand) VALUES
    ('goods', 'good', 'READ,SCHEMA', 'excluded', 'maker'),
    ('closed', 'good', 'CREATE,READ,UPDATE,DELETE', NULL, NULL),
    ('named', 'named', 'SCHEMA', NULL, NULL);
";

fn start() -> Server {
    Server::prepare().migration("U1__goods.sql", TABLES).start()
}

#[track_caller]
fn schema(server: &Server, query: &str) -> Value {
    let answer = server.get(&format!("/api/records/v1/{query}"));
    answer.expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

#[test]
fn it_is_for_those_who_may_see_it() {
    let server = start();
    server.get("/api/records/v1/closed/schema").expect(403, "");
    server.get("/api/records/v1/nothing/schema").expect(405, "");
    server
        .get("/api/records/v1/goods/schema?mode=Delete")
        .expect(400, "Invalid query");
    for method in ["POST", "PATCH", "DELETE"] {
        server
            .request(method, "/api/records/v1/goods/schema")
            .send()
            .expect(405, "");
    }
}

#[test]
fn a_read_gives_what_the_schema_of_select_says() {
    let mut expected = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "goods",
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "count": {"type": "integer"},
            "price": {"type": ["null", "number"]},
            "extra": {"type": ["null", "string", "number", "integer", "boolean", "object", "array"]},
            "maker": {"$ref": "#/$defs/goods.maker"},
            "shape": {"$ref": "#/$defs/shape"},
            "photo": {"$ref": "#/$defs/photo"},
            "loud": {"type": ["null", "string"]},
        },
        "required": ["id", "name", "count", "maker"],
    });
    let schema = schema(&start(), "goods/schema?mode=Select");
    let definitions = &schema["$defs"];
    assert_eq!(definitions["shape"], json!({"$ref": "#/$defs/box"}));
    assert_eq!(definitions["box"], json!({"type": "object"}));
    assert_eq!(definitions["goods.maker"]["required"], json!(["id"]));
    assert_eq!(
        definitions["goods.maker"]["properties"]["data"]["properties"]["name"],
        json!({"type": "string"})
    );
    assert!(definitions["photo"]["properties"].get("id").is_none());
    expected["$defs"] = definitions.clone();
    assert_eq!(schema, expected);
}

#[test]
fn a_create_needs_what_has_no_default_and_an_update_nothing() {
    let server = start();
    let insert = schema(&server, "goods/schema");
    assert_eq!(insert, schema(&server, "goods/schema?mode=Insert"));
    assert_eq!(insert["required"], json!(["name", "maker"]));
    let update = schema(&server, "goods/schema?mode=Update");
    assert_eq!(update["required"], json!([]));
    for document in [insert, update] {
        assert_eq!(document["properties"]["maker"], json!({"type": "integer"}));
        assert_eq!(document["properties"]["_hidden"], json!({"type": ["null", "string"]}));
        assert!(document["properties"].get("loud").is_none() && document["properties"].get("excluded").is_none());
    }
}

#[test]
fn a_view_promises_no_value_where_an_outer_join_may_leave_it_out() {
    let schema = schema(&start(), "named/schema?mode=Select");
    assert_eq!(schema["required"], json!([]));
    assert_eq!(
        schema["properties"],
        json!({
            "id": {"type": ["null", "string"]}, "name": {"type": ["null", "string"]}, "maker": {"type": ["null", "string"]},
            "shape": {"$ref": "#/$defs/shape"}, "whole": {"type": ["null", "integer"]},
        })
    );
}
