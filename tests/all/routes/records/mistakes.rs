//! Mistakes in `_record_api`: refused when they are set, with what is wrong and where; else the operation is closed.

use guesthouse_tests::Server;

const TABLES: &str = "
CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT NOT NULL, stars INTEGER, \"it's\" TEXT) STRICT;
INSERT INTO post (id, text) VALUES (1, 'one');
INSERT INTO _record_api (name, table_name, acl_world) VALUES ('posts', 'post', 'CREATE,READ,UPDATE,DELETE,SCHEMA');
";

/// A statement that sets an option.
fn set(option: &str, value: &str) -> String {
    format!(
        "UPDATE _record_api SET {option} = '{}' WHERE name = 'posts';",
        value.replace('\'', "''")
    )
}

/// What the server writes when it starts with this value of an option.
#[track_caller]
fn refused(option: &str, value: &str) -> String {
    Server::prepare()
        .migration("U1__posts.sql", TABLES)
        .migration("U2__rule.sql", &set(option, value))
        .start_and_fail()
}

#[test]
fn a_mistake_stops_the_start_and_says_where_it_is() {
    for (option, value, mistake) in [
        (
            "read_access_rule",
            "_ROW_.owner = 1",
            "no such column: _ROW_.owner, at character 1",
        ),
        (
            "read_access_rule",
            "1 = 1 AND stars > 1",
            "write _ROW_ or _REQ_ before the column stars, at character 11",
        ),
        (
            "read_access_rule",
            "_ROW_.text = _user_.id",
            "no such column: _user_.id, at character 14",
        ),
        (
            "delete_access_rule",
            "_REQ_.text = ''",
            "no such column: _REQ_.text, at character 1",
        ),
        (
            "delete_access_rule",
            "_ROW_.stars) OR (1",
            "near \")\": syntax error, at character 12",
        ),
        (
            "create_access_rule",
            "_ROW_.text = ''",
            "no such column: _ROW_.text, at character 1",
        ),
        (
            "create_access_rule",
            "_REQ_.text = ",
            "near \")\": syntax error, at its end",
        ),
        (
            "update_access_rule",
            "'text' IN _REQ_FIELDS_ AND 'x' NOT IN _REQ_FIELDS_",
            "no such column: 'x' IN _REQ_FIELDS_, at character 39",
        ),
        (
            "update_access_rule",
            "_ROW_.text IN _REQ_FIELDS_",
            "write 'column' IN _REQ_FIELDS_, at character 15",
        ),
        (
            "schema_access_rule",
            "f(_USER_.id)",
            "no such function: f, at character 1",
        ),
        (
            "excluded_columns",
            "stars, x",
            "it names a column that the table does not have: stars, x",
        ),
    ] {
        let wrote = refused(option, value);
        for part in ["U2__rule", &format!("_record_api: {option} of posts: {mistake}")] {
            assert!(wrote.contains(part), "expected {part:?} in: {wrote}");
        }
    }
}

#[test]
fn a_rule_that_is_right_is_taken() {
    let rules = [
        ("read_access_rule", "_ROW_.id = 1 -- the first"),
        (
            "create_access_rule",
            "_REQ_.text <> 'none' AND 'stars' NOT  IN _REQ_FIELDS_ AND _USER_.id IS NULL",
        ),
        (
            "update_access_rule",
            "(_REQ_.stars > _ROW_.stars OR 'text' in _REQ_FIELDS_) AND EXISTS (SELECT 1 FROM post AS p WHERE p.id = _ROW_.id)",
        ),
        (
            "delete_access_rule",
            "(SELECT count(*) FROM post) > 1 OR _ROW_.text REGEXP '^o'",
        ),
        ("schema_access_rule", "_USER_.id IS NULL"),
        ("excluded_columns", "stars"),
    ];
    let server = Server::prepare()
        .migration("U1__posts.sql", TABLES)
        .migration("U2__rules.sql", &rules.map(|(option, rule)| set(option, rule)).concat())
        .start();
    server.get("/api/records/v1/posts/1").expect_status(200);
}

#[test]
fn a_rule_about_a_table_that_is_made_later_closes_its_operation_until_it_fits() {
    let mut server = Server::prepare()
        .migration(
            "U1__api.sql",
            "INSERT INTO _record_api (name, table_name, acl_world, read_access_rule) VALUES
                 ('posts', 'post', 'READ', '_ROW_.is_public');
             CREATE TABLE post (id INTEGER PRIMARY KEY) STRICT;
             INSERT INTO post (id) VALUES (1);",
        )
        .start();
    server.get("/api/records/v1/posts/1").expect(403, "");
    server.get("/api/records/v1/posts").expect(403, "");
    server.expect_log("read_access_rule of the record API posts");
    server.stop();
    let path = server.data().join("migrations/main/U2__public.sql");
    std::fs::write(
        path,
        "ALTER TABLE post ADD COLUMN is_public INTEGER NOT NULL DEFAULT 1;",
    )
    .expect("a file");
    server.start_again();
    server.get("/api/records/v1/posts/1").expect_status(200);
}

#[test]
fn a_filter_that_cannot_be_evaluated_is_not_the_rules_fault() {
    let server = Server::prepare()
        .migration("U1__posts.sql", TABLES)
        .migration("U2__rule.sql", &set("read_access_rule", "_ROW_.id = 1"))
        .start();
    server
        .get("/api/records/v1/posts?filter[text][$re]=(")
        .expect(400, "rejected");
}
