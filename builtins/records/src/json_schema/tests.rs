//! Tests the documents of each mode.

use super::*;
use guesthouse::sqlite::params;
use record_api::examples::{Described, notes};

#[test]
fn a_mode_is_one_of_three() {
    for (query, mode) in [
        ("", Mode::Insert),
        ("mode=Insert", Mode::Insert),
        ("other=1&mode=Select", Mode::Select),
        ("mode=Update", Mode::Update),
    ] {
        assert_eq!(Mode::parse(query), Ok(mode), "{query}");
    }
    for query in ["mode=", "mode=select", "mode=Delete", "mode=%ff"] {
        assert_eq!(Mode::parse(query), Err(Error::InvalidQuery), "{query}");
    }
}

#[test]
fn types_are_those_of_the_columns() {
    let all = json!(["null", "string", "number", "integer", "boolean", "object", "array"]);
    assert_eq!(
        document("notes", &notes(), Mode::Select),
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "notes",
            "type": "object",
            "properties": {
                "id": {"type": "integer"}, "text": {"type": "string"}, "stars": {"type": ["null", "integer"]},
                "score": {"type": ["null", "number"]}, "data": {"type": ["null", "string"]}, "any": {"type": all},
                "meta": {"$ref": "#/$defs/meta"}, "shouted": {"type": ["null", "string"]},
            },
            "required": ["id", "text"],
            "$defs": {"meta": {}},
        })
    );
}

#[test]
fn a_create_takes_what_can_be_written_and_needs_what_has_no_default() {
    let document = |mode| document("notes", &notes(), mode);
    let (insert, update) = (document(Mode::Insert), document(Mode::Update));
    assert_eq!(insert["required"], json!(["text"]));
    assert_eq!(update["required"], json!([]));
    for document in [insert, update] {
        let properties = document["properties"].as_object().unwrap();
        assert!(properties.contains_key("_secret") && properties.contains_key("id"));
        assert!(!properties.contains_key("shouted") && !properties.contains_key("excluded"));
    }
}

#[test]
fn schemas_of_json_are_given_as_they_are_written() {
    let with = |check: &str| {
        let mut described = Described::notes();
        described.table[3] = format!("CREATE TABLE notes (meta TEXT CHECK ({check})) STRICT").into();
        let document = document("notes", &described.api().unwrap(), Mode::Insert);
        assert_eq!(document["properties"]["meta"], json!({"$ref": "#/$defs/meta"}));
        document["$defs"]["meta"].clone()
    };
    assert_eq!(
        with("jsonschema_matches('{\"type\": \"object\"}', meta)"),
        json!({"type": "object"})
    );
    assert_eq!(with("jsonschema_matches('{', meta)"), json!({}));
    assert_eq!(
        with("jsonschema('std.FileUpload', meta)")["required"],
        json!(["filename"])
    );
    assert_eq!(with("jsonschema('std.FileUploads', meta)")["type"], "array");
}

#[test]
fn a_reference_that_can_be_expanded_is_an_object_in_answers_alone() {
    let mut described = Described::notes();
    described.configuration[9] = "stars".into();
    described.referenced_columns = vec![
        params![
            "number",
            "INTEGER",
            false,
            false,
            1,
            0,
            "stars",
            "star",
            "number",
            true,
            "CREATE TABLE star (number INTEGER PRIMARY KEY)"
        ],
        params![
            "name",
            "TEXT",
            true,
            false,
            0,
            0,
            "stars",
            "star",
            "number",
            true,
            "CREATE TABLE star (number INTEGER PRIMARY KEY)"
        ],
    ];
    let api = described.api().unwrap();
    let select = document("notes", &api, Mode::Select);
    assert_eq!(select["properties"]["stars"], json!({"$ref": "#/$defs/notes.stars"}));
    assert_eq!(
        select["$defs"]["notes.stars"],
        json!({
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "data": {"type": "object", "properties": {"number": {"type": "integer"}, "name": {"type": "string"}}},
            },
            "required": ["id"],
        })
    );
    let insert = document("notes", &api, Mode::Insert);
    assert_eq!(insert["properties"]["stars"], json!({"type": ["null", "integer"]}));
}
