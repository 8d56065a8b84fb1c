//! Tests which tables can be an API.

use guesthouse::sqlite::params;

use super::*;
use crate::examples::Described;

fn why_not(described: &Described) -> String {
    match described.api() {
        Err(Refusal::Misconfigured(why)) => why,
        other => panic!("expected a misconfiguration: {other:?}"),
    }
}

#[test]
fn a_table_of_integer_keys_is_read_with_all_kinds_of_columns() {
    use ColumnKind::{Any, Blob, Integer, Json, Real, Text};
    let table = Described::notes().api().unwrap().table;
    let kinds: Vec<_> = table.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Integer, Text, Integer, Real, Blob, Any, Json, Integer, Text]);
    assert_eq!((table.key, table.key_kind), (0, KeyKind::Integer));
    assert!(table.position("excluded").is_none());
    assert!(table.position("_secret").is_some() && table.visible("_secret").is_none());
}

#[test]
fn a_blob_key_needs_a_check_that_it_is_a_uuid() {
    for check in [
        "CHECK (is_uuid(id))",
        "CHECK(is_uuid_v4(id))",
        "check(\"is_uuid_v7\"(id)) CHECK (IS_UUID_V7(ID))",
    ] {
        assert_eq!(Described::blob_key(check).api().unwrap().table.key_kind, KeyKind::Uuid);
    }
    for check in [
        "",
        "CHECK (is_uuid(other))",
        "CHECK (is_uuid(id) OR 1)",
        "CHECK (is_uuid('x', id))",
    ] {
        assert!(why_not(&Described::blob_key(check)).contains("is_uuid"), "{check}");
    }
}

#[test]
fn a_blob_key_may_reference_a_uuid() {
    let referenced = |sql: &str| {
        let mut described = Described::blob_key("REFERENCES account");
        described.references = vec![params!["id", "key", sql, "account"]];
        described
    };
    let good = referenced("CREATE TABLE account (key BLOB PRIMARY KEY CHECK (is_uuid_v7(key))) STRICT");
    assert_eq!(good.api().unwrap().table.key_kind, KeyKind::Uuid);
    let bad = referenced("CREATE TABLE account (key BLOB PRIMARY KEY, x BLOB CHECK (is_uuid(x))) STRICT");
    assert!(why_not(&bad).contains("its key is neither"));
}

#[test]
fn tables_that_cannot_be_an_api_say_why() {
    let changed = |change: fn(&mut Described)| {
        let mut described = Described::notes();
        change(&mut described);
        why_not(&described)
    };
    assert!(changed(|d| d.table[2] = false.into()).contains("not STRICT"));
    assert!(changed(|d| d.columns[1][4] = 2.into()).contains("not exactly one column"));
    assert!(changed(|d| d.columns[0][4] = 0.into()).contains("not exactly one column"));
    assert!(changed(|d| d.columns[0][1] = "TEXT".into()).contains("its key is neither"));
    assert!(changed(|d| d.configuration[8] = "id".into()).contains("excludes the key"));
    assert!(changed(|d| d.configuration[8] = "text".into()).contains("NOT NULL"));
    assert!(changed(|d| d.configuration[8] = "nowhere".into()).contains("no column"));
}

#[test]
fn columns_say_what_they_need_and_where_they_point() {
    let mut described = Described::notes();
    described.references = vec![params![
        "STARS",
        "number",
        "CREATE TABLE star (number INTEGER PRIMARY KEY) STRICT",
        "star"
    ]];
    described.columns[2][3] = true.into();
    let table = described.api().unwrap().table;
    let column = |name: &str| &table.columns[table.position(name).unwrap()];
    assert!(column("id").is_not_null && column("text").is_not_null && !column("stars").is_not_null);
    assert!(column("stars").has_default && !column("text").has_default);
    assert!(column("text").is_writable && !column("shouted").is_writable);
    let star = column("stars").reference.as_ref().unwrap();
    assert_eq!((star.table.as_str(), star.column.as_str()), ("star", "number"));
    assert_eq!(column("text").reference, None);
    assert_eq!(column("meta").json_schema, Some(JsonSchema::Named("m".into())));
}

#[test]
fn file_columns_are_known_by_their_schema() {
    let kind = |check: &str| {
        let mut described = Described::notes();
        described.table[3] = format!("CREATE TABLE notes (text TEXT CHECK ({check}))").into();
        let table = described.api().unwrap().table;
        table.columns[1].kind
    };
    assert_eq!(
        kind("jsonschema('std.FileUpload', text, 'image/png')"),
        ColumnKind::File
    );
    assert_eq!(kind("jsonschema('std.FileUploads', text)"), ColumnKind::Files);
    assert_eq!(kind("jsonschema('std.fileupload', text)"), ColumnKind::Json);
}

#[test]
fn geometry_is_refused_as_not_built_yet() {
    let mut geometry = Described::notes();
    geometry.table[3] = "CREATE TABLE notes (data BLOB CHECK (ST_IsValid(data)))".into();
    assert!(matches!(geometry.api(), Err(Refusal::Unsupported(_))));
}
