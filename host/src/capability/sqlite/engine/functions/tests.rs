//! Tests of the SQL functions.

use std::sync::Arc;

use super::{
    super::{
        authorizer::Authorizer,
        catalog::Catalog,
        ffi::{Handle, OpenMode},
    },
    register,
};

/// The result of an expression, as text; `error` where it fails.
fn evaluate(expression: &str) -> String {
    let handle = Handle::open(":memory:".as_ref(), OpenMode::Create).expect("opens");
    let authorizer = Authorizer::install(handle.wrapper(), Arc::new(Catalog::default()), "main");
    register(&handle, &authorizer).expect("registers");
    let sql = format!("SELECT coalesce(CAST(({expression}) AS TEXT), 'NULL')");
    handle
        .wrapper()
        .query_row(&sql, [], |row| row.get(0))
        .unwrap_or_else(|_| "error".into())
}

fn assert_all(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(evaluate(expression), *expected, "{expression}");
    }
}

#[test]
fn uuids() {
    assert_all(&[
        (
            "is_uuid(uuid_v4()) AND is_uuid_v4(uuid_v4()) AND NOT is_uuid_v7(uuid_v4())",
            "1",
        ),
        (
            "is_uuid(uuid_v7()) AND is_uuid_v7(uuid_v7()) AND NOT is_uuid_v4(uuid_v7())",
            "1",
        ),
        (
            "length(uuid_v7()) = 16 AND typeof(uuid_v7()) = 'blob' AND uuid_v7() <> uuid_v7()",
            "1",
        ),
        ("is_uuid(NULL) AND is_uuid_v4(NULL) AND is_uuid_v7(NULL)", "1"),
        ("is_uuid(x'00')", "0"),
        ("is_uuid('018f4e2a-7b1c-7cc0-8000-000000000001')", "0"),
        (
            "uuid_text(x'018f4e2a7b1c7cc08000000000000001')",
            "018f4e2a-7b1c-7cc0-8000-000000000001",
        ),
        (
            "hex(uuid_parse('018f4e2a-7b1c-7cc0-8000-000000000001'))",
            "018F4E2A7B1C7CC08000000000000001",
        ),
        ("is_uuid_v7(uuid_parse('018f4e2a-7b1c-7cc0-8000-000000000001'))", "1"),
        ("uuid_text(NULL)", "NULL"),
        ("uuid_parse(NULL)", "NULL"),
        ("uuid_text(x'00')", "error"),
        ("uuid_parse('x')", "error"),
    ]);
}

#[test]
fn texts() {
    assert_all(&[
        (
            "is_email('ann@example.com') AND is_email('a.b+c@mail.example.co.uk') AND is_email(NULL)",
            "1",
        ),
        (
            "is_email('ann@example') OR is_email('ann example@x.com') OR is_email('.a@x.com') OR is_email('@x.com')",
            "0",
        ),
        ("is_email('a@x.com' || char(10)) OR is_email(7) OR is_email('')", "0"),
        ("'hello' REGEXP '^h.*o$' AND regexp('l+', 'hello')", "1"),
        ("'Hello' REGEXP '^h' OR 'x' REGEXP 'y'", "0"),
        ("NULL REGEXP 'x'", "NULL"),
        ("'x' REGEXP '('", "error"),
        ("base64(x'fbff')", "+/8="),
        ("base64_url_safe(x'fbff')", "-_8="),
        ("base64(NULL)", "NULL"),
    ]);
}

#[test]
fn json_and_schemas() {
    assert_all(&[
        ("is_json('{\"a\": [1]}') AND is_json('7') AND is_json(NULL)", "1"),
        ("is_json('{') OR is_json('') OR is_json(7)", "0"),
        (
            "jsonschema_matches('{\"type\": \"object\", \"required\": [\"a\"]}', '{\"a\": 1}')",
            "1",
        ),
        (
            "jsonschema_matches('{\"type\": \"object\", \"required\": [\"a\"]}', '{}')",
            "0",
        ),
        ("jsonschema_matches('{\"type\": \"object\"}', NULL)", "1"),
        ("jsonschema_matches('{\"type\": \"object\"}', 'x')", "0"),
        ("jsonschema_matches('{\"type\": 7}', '{}')", "error"),
        (
            "jsonschema('std.FileUpload', '{\"id\": \"i\", \"filename\": \"f\", \"mime_type\": \"image/png\"}')",
            "1",
        ),
        (
            "jsonschema('std.FileUpload', '{\"filename\": \"f\", \"mime_type\": \"image/png\"}', 'image/png, image/jpeg')",
            "1",
        ),
        (
            "jsonschema('std.FileUpload', '{\"filename\": \"f\", \"mime_type\": \"text/plain\"}', 'image/png')",
            "0",
        ),
        (
            "jsonschema('std.FileUpload', '{\"filename\": \"f\"}', 'image/png')",
            "0",
        ),
        (
            "jsonschema('std.FileUpload', '{\"filename\": \"f\", \"other\": 1}')",
            "0",
        ),
        ("jsonschema('std.FileUpload', NULL)", "1"),
        (
            "jsonschema('std.FileUploads', '[]') AND jsonschema('std.FileUploads', '[{\"filename\": \"f\"}]')",
            "1",
        ),
        ("jsonschema('std.FileUploads', '{\"filename\": \"f\"}')", "0"),
        ("jsonschema('unknown', '{}')", "error"),
    ]);
}

#[test]
fn they_work_in_checks_though_the_schema_is_not_trusted() {
    let handle = Handle::open(":memory:".as_ref(), OpenMode::Create).expect("opens");
    let authorizer = Authorizer::install(handle.wrapper(), Arc::new(Catalog::default()), "main");
    register(&handle, &authorizer).expect("registers");
    handle
        .wrapper()
        .execute_batch("PRAGMA trusted_schema = OFF")
        .expect("a pragma");
    let table = "CREATE TABLE t (id BLOB PRIMARY KEY CHECK (is_uuid_v7(id)) DEFAULT (uuid_v7()),
        email TEXT CHECK (is_email(email)), x TEXT CHECK (x REGEXP '^a')) STRICT";
    handle.wrapper().execute_batch(table).expect("the table");
    handle
        .wrapper()
        .execute_batch("INSERT INTO t (email, x) VALUES ('a@b.cd', 'a'), (NULL, NULL)")
        .expect("the rows");
    assert!(
        handle
            .wrapper()
            .execute_batch("INSERT INTO t (email) VALUES ('x')")
            .is_err()
    );
    assert!(
        handle
            .wrapper()
            .execute_batch("INSERT INTO t (id) VALUES (uuid_v4())")
            .is_err()
    );
}

#[test]
fn expressions() {
    let t = "'(SELECT 1 AS a, 2 AS b) AS t'";
    for (expression, error) in [
        ("t.a = 1 OR b", "NULL"),
        ("EXISTS (SELECT 1 WHERE a) -- yes", "NULL"),
        ("t.a = t.c", "no such column: t.c, at character 7"),
        ("''ä'' = c", "no such column: c, at character 7"),
        ("a = ", "near \")\": syntax error, at its end"),
        ("a + f(b)", "no such function: f, at character 5"),
        ("a) OR (b", "near \")\": syntax error, at character 2"),
        ("a); DROP TABLE t; --", "near \")\": syntax error, at character 2"),
        ("a; SELECT 1", "near \";\": syntax error, at character 2"),
        ("a, b", "row value misused"),
        ("SELECT 1", "near \"SELECT\": syntax error, at character 1"),
        ("1 THEN 2 WHEN 3", "near \"THEN\": syntax error, at character 3"),
        ("a /* b", "incomplete input"),
        ("", "near \")\": syntax error, at its end"),
        ("a = ''it(''", "NULL"),
    ] {
        let call = format!("expression_error('{expression}', {t})");
        assert_eq!(evaluate(&call), error, "{expression}");
    }
    assert_all(&[
        ("expression_error(NULL, '')", "NULL"),
        ("expression_error('1', '')", "NULL"),
        ("expression_error('a', '')", "no such column: a, at character 1"),
        ("expression_error('1', 'missing')", "no such table: missing"),
        ("expression_error(char(0), '')", "a NUL character"),
        ("expression_error(1, '')", "error"),
    ]);
}
