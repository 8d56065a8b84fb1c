//! Rules: SQL expressions of the operator that decide row by row, for callers that nobody knows.

use guesthouse_tests::Server;
use serde_json::{Value, json};

/// `post` has one API for each thing that a rule can do.
const TABLES: &str = "
CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    stars INTEGER,
    is_public INTEGER NOT NULL DEFAULT 1,
    topic INTEGER REFERENCES topic
) STRICT;
CREATE TABLE topic (id INTEGER PRIMARY KEY, is_open INTEGER NOT NULL) STRICT;
INSERT INTO topic (id, is_open) VALUES (1, 1), (2, 0);
INSERT INTO post (id, text, stars, is_public, topic) VALUES
    (1, 'one', 1, 1, 1), (2, 'two', 2, 0, 1), (3, 'three', 3, 1, 2), (4, 'four', 4, 0, 2);
INSERT INTO _record_api (name, table_name, acl_world) VALUES ('all', 'post', 'READ,DELETE');
INSERT INTO _record_api (name, table_name, acl_world, create_access_rule, read_access_rule, update_access_rule, delete_access_rule)
VALUES
    ('public', 'post', 'CREATE,READ,UPDATE,DELETE', '_REQ_.text <> ''spam''', '_ROW_.is_public = 1 -- the others are drafts',
     '_ROW_.is_public AND _REQ_.stars > _ROW_.stars', '_ROW_.is_public'),
    ('open', 'post', 'CREATE,READ,UPDATE,DELETE',
     'EXISTS (SELECT 1 FROM topic WHERE topic.id = _REQ_.topic AND is_open)',
     '(SELECT is_open FROM topic WHERE id = _ROW_.topic)', '_ROW_.topic IN (SELECT id FROM topic WHERE is_open)', '0'),
    ('fields', 'post', 'CREATE,UPDATE', '''stars'' NOT IN _REQ_FIELDS_', NULL,
     '''text'' IN _REQ_FIELDS_ AND ''is_public'' NOT IN _REQ_FIELDS_', NULL),
    ('known', 'post', 'CREATE,READ,UPDATE,DELETE', '_USER_.id IS NOT NULL', '_USER_.id IS NOT NULL', '_USER_.id IS NOT NULL',
     '_USER_.id IS NOT NULL');
INSERT INTO _record_api (name, table_name, acl_world, conflict_resolution, create_access_rule, update_access_rule) VALUES
    ('passing_over', 'post', 'CREATE', 'IGNORE', '_REQ_.text <> ''spam''', NULL),
    ('replacing', 'post', 'CREATE', 'REPLACE', NULL, '_ROW_.is_public');
";

fn start() -> Server {
    Server::prepare().migration("U1__posts.sql", TABLES).start()
}

fn path(api: &str, rest: impl std::fmt::Display) -> String {
    format!("/api/records/v1/{api}{rest}")
}

#[track_caller]
fn send(server: &Server, method: &str, path: &str, body: Value) -> u16 {
    server.request(method, path).json(&body).send().status
}

fn ids(server: &Server, api: &str, query: &str) -> Vec<i64> {
    let answer = server.get(&path(api, query));
    answer.expect_status(200);
    let records = answer.json()["records"].clone();
    let ids = records.as_array().expect("records are an array").iter();
    ids.map(|record| record["id"].as_i64().expect("ids are numbers"))
        .collect()
}

#[test]
fn a_record_that_the_rule_keeps_back_cannot_be_read() {
    let server = start();
    server.get(&path("public", "/2")).expect(403, "");
    // Nobody learns here whether there is such a record.
    server.get(&path("public", "/99")).expect(403, "");
    assert_eq!(server.get(&path("public", "/1")).json()["text"], "one");
}

#[test]
fn a_list_and_its_count_leave_out_what_the_rule_keeps_back() {
    let server = start();
    assert_eq!(ids(&server, "public", ""), [3, 1]);
    assert_eq!(
        ids(&server, "public", "?filter[$or][0][id]=2&filter[$or][1][id]=3"),
        [3]
    );
    let answer = server.get(&path("public", "?count=true&limit=1"));
    assert_eq!(answer.json()["total_count"], 2);
    let cursor = answer.json()["cursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(ids(&server, "public", &format!("?cursor={cursor}")), [1]);
}

#[test]
fn a_record_that_the_rule_keeps_back_cannot_be_changed_or_deleted() {
    let server = start();
    assert_eq!(send(&server, "PATCH", &path("public", "/2"), json!({"stars": 5})), 403);
    assert_eq!(send(&server, "PATCH", &path("public", "/3"), json!({"stars": 3})), 403);
    assert_eq!(send(&server, "PATCH", &path("public", "/3"), json!({"text": "x"})), 403);
    assert_eq!(send(&server, "PATCH", &path("public", "/99"), json!({"stars": 5})), 404);
    server.request("DELETE", &path("public", "/2")).send().expect(403, "");
    server.request("DELETE", &path("public", "/99")).send().expect(404, "");
    assert_eq!(ids(&server, "all", "?filter[stars][$lt]=5"), [4, 3, 2, 1]);
    assert_eq!(send(&server, "PATCH", &path("public", "/3"), json!({"stars": 5})), 200);
    server
        .request("DELETE", &path("public", "/3"))
        .send()
        .expect(200, "deleted");
    assert_eq!(ids(&server, "all", ""), [4, 2, 1]);
}

#[test]
fn one_record_that_the_rule_refuses_undoes_a_whole_create() {
    let server = start();
    let create = |body| send(&server, "POST", &path("public", ""), body);
    assert_eq!(create(json!({"text": "spam"})), 403);
    assert_eq!(create(json!([{"text": "a"}, {"text": "spam"}, {"text": "b"}])), 403);
    // NULL is not true.
    assert_eq!(create(json!({"stars": 1})), 403);
    assert_eq!(ids(&server, "all", ""), [4, 3, 2, 1]);
    assert_eq!(create(json!([{"text": "a"}, {"text": "b"}])), 200);
    assert_eq!(ids(&server, "all", ""), [6, 5, 4, 3, 2, 1]);
}

#[test]
fn a_create_that_passes_over_tells_what_is_there_from_what_is_refused() {
    let server = start();
    let create = |body: Value| server.request("POST", &path("passing_over", "")).json(&body).send();
    create(json!({"id": 9, "text": "spam"})).expect(403, "");
    create(json!([{"id": 1, "text": "a"}, {"id": 2, "text": "spam"}])).expect(403, "");
    let answer = create(json!([{"id": 1, "text": "again"}, {"id": 9, "text": "new"}]));
    assert_eq!((answer.status, answer.json()), (200, json!({"ids": ["9"]})));
    assert_eq!(server.get(&path("all", "/1")).json()["text"], "one");
}

#[test]
fn a_create_replaces_only_what_could_be_updated() {
    let server = start();
    let create = |body| send(&server, "POST", &path("replacing", ""), body);
    assert_eq!(create(json!({"id": 2, "text": "mine now"})), 403);
    assert_eq!(
        create(json!([{"id": 1, "text": "replaced"}, {"id": 2, "text": "mine now"}])),
        403
    );
    assert_eq!(server.get(&path("all", "/1")).json()["text"], "one");
    assert_eq!(
        create(json!([{"id": 1, "text": "replaced"}, {"id": 7, "text": "new"}])),
        200
    );
    assert_eq!(server.get(&path("all", "/1")).json()["text"], "replaced");
}

#[test]
fn rules_look_at_other_tables() {
    let server = start();
    assert_eq!(ids(&server, "open", ""), [2, 1]);
    server.get(&path("open", "/3")).expect(403, "");
    let create = |topic| send(&server, "POST", &path("open", ""), json!({"text": "x", "topic": topic}));
    assert_eq!((create(2), create(3), create(1)), (403, 403, 200));
    assert_eq!(send(&server, "PATCH", &path("open", "/4"), json!({"text": "x"})), 403);
    assert_eq!(send(&server, "PATCH", &path("open", "/1"), json!({"text": "x"})), 200);
    server.request("DELETE", &path("open", "/1")).send().expect(403, "");
}

#[test]
fn rules_ask_which_fields_a_request_names() {
    let server = start();
    let create = |body| send(&server, "POST", &path("fields", ""), body);
    assert_eq!(create(json!({"text": "x", "stars": null})), 403);
    assert_eq!(create(json!([{"text": "x"}, {"text": "x", "stars": 5}])), 403);
    assert_eq!(create(json!({"text": "x", "unknown": 1})), 200);
    let update = |body| send(&server, "PATCH", &path("fields", "/1"), body);
    assert_eq!(update(json!({"stars": 5})), 403);
    assert_eq!(update(json!({"text": "x", "is_public": 0})), 403);
    assert_eq!(update(json!({"text": "x", "stars": 5})), 200);
}

#[test]
fn a_rule_that_asks_for_somebody_closes_an_api_to_nobody_in_particular() {
    let server = start();
    server.get(&path("known", "/1")).expect(403, "");
    assert_eq!(ids(&server, "known", ""), [0; 0]);
    assert_eq!(send(&server, "POST", &path("known", ""), json!({"text": "x"})), 403);
    assert_eq!(send(&server, "PATCH", &path("known", "/1"), json!({"text": "x"})), 403);
    server.request("DELETE", &path("known", "/1")).send().expect(403, "");
    assert_eq!(ids(&server, "all", ""), [4, 3, 2, 1]);
}

#[test]
fn a_changed_rule_counts_from_the_next_request_on() {
    let server = start();
    let change = |version: u32, sql: &str| {
        let path = server.data().join(format!("migrations/main/U{version}__change.sql"));
        std::fs::write(path, sql).expect("a file can be written");
        server.cli(&["migrate"])
    };
    assert_eq!(ids(&server, "public", ""), [3, 1]);
    change(
        2,
        "UPDATE _record_api SET read_access_rule = '_ROW_.stars > 1' WHERE name = 'public';",
    )
    .expect_success();
    assert_eq!(ids(&server, "public", ""), [4, 3, 2]);
    change(
        3,
        "UPDATE _record_api SET read_access_rule = '_ROW_.star > 1' WHERE name = 'public';",
    )
    .expect_failure(&["read_access_rule of public: no such column: _ROW_.star, at character 1"]);
    assert_eq!(ids(&server, "public", ""), [4, 3, 2]);
    server.get(&path("public", "/1")).expect(403, "");
    std::fs::remove_file(server.data().join("migrations/main/U3__change.sql")).expect("we wrote it");
    change(4, "ALTER TABLE post RENAME COLUMN stars TO points;").expect_success();
    server.get(&path("public", "")).expect(403, "");
    server.get(&path("all", "/1")).expect_status(200);
}
