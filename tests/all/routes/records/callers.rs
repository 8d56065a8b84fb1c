//! What callers who are known may do: access lists for them, rules about them, columns that are set to them.

use guesthouse_tests::Server;
use guesthouse_tests::callers::Key;
use serde_json::{Value, json};

const ALICE: &[u8] = b"alice-----------";
const BOB: &[u8] = b"bob-------------";
/// What the ids are in JSON.
const ALICE_TEXT: &str = "YWxpY2UtLS0tLS0tLS0tLQ==";
const BOB_TEXT: &str = "Ym9iLS0tLS0tLS0tLS0tLQ==";

/// The rows of `_user` stay when the built-in that made them is removed.
const TABLES: &str = "
INSERT INTO _user (id, email, admin) VALUES (CAST('alice-----------' AS BLOB), 'alice@example.org', 1), (CAST('bob-------------' AS BLOB), 'bob@example.org', 0);
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    owner BLOB NOT NULL REFERENCES _user,
    editor BLOB REFERENCES _user(id)
) STRICT;
INSERT INTO note (id, text, owner) VALUES
    (1, 'of alice', CAST('alice-----------' AS BLOB)), (2, 'of bob', CAST('bob-------------' AS BLOB));
INSERT INTO _record_api (name, table_name, acl_world, acl_authenticated) VALUES
    ('all', 'note', 'READ', NULL),
    ('world_reads', 'note', 'READ', 'CREATE,UPDATE,DELETE,SCHEMA'),
    ('known', 'note', NULL, 'CREATE,READ,UPDATE,DELETE,SCHEMA');
INSERT INTO _record_api (name, table_name, acl_authenticated, autofill_missing_user_id_columns,
    create_access_rule, read_access_rule, update_access_rule, delete_access_rule, schema_access_rule)
VALUES ('own', 'note', 'CREATE,READ,UPDATE,DELETE,SCHEMA', 1, '_REQ_.owner = _USER_.id', '_ROW_.owner = _USER_.id',
    '_ROW_.owner = _USER_.id AND ''owner'' NOT IN _REQ_FIELDS_', '_ROW_.owner = _USER_.id', '_USER_.id IS NOT NULL');
INSERT INTO _record_api (name, table_name, acl_authenticated, read_access_rule) VALUES
    ('for_admins', 'note', 'READ', 'EXISTS (SELECT 1 FROM _user AS u WHERE u.id = _USER_.id AND u.admin)'),
    ('too_curious', 'note', 'READ', 'EXISTS (SELECT 1 FROM _user AS u WHERE u.password_hash IS NULL)');
";

const ROLES: [(&str, Option<&str>); 3] = [("nobody", None), ("alice", Some("a1")), ("bob", Some("b1"))];

fn start() -> Server {
    let server = Server::prepare().migration("U1__notes.sql", TABLES).start();
    let with_cookie = Key {
        request_token: Some("on-purpose"),
        ..Key::new("a1", ALICE)
    };
    server.deploy_api_keys(&[with_cookie, Key::new("b1", BOB)]);
    server
}

/// Sends a request as somebody; the status and the body.
fn send(server: &Server, token: Option<&str>, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
    let mut request = server.request(method, &format!("/api/records/v1/{path}"));
    if let Some(token) = token {
        request = request.bearer(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send();
    (answer.status, answer.text())
}

/// The status of every operation on the note 1, in the order read, list, schema, create, update, delete.
fn statuses(server: &Server, token: Option<&str>, api: &str) -> [u16; 6] {
    let one = format!("{api}/1");
    let schema = format!("{api}/schema");
    [
        ("GET", &*one, None),
        ("GET", api, None),
        ("GET", &*schema, None),
        ("POST", api, Some(json!({"text": "new", "owner": BOB_TEXT}))),
        ("PATCH", &*one, Some(json!({"text": "changed"}))),
        ("DELETE", &*one, None),
    ]
    .map(|(method, path, body)| send(server, token, method, path, body).0)
}

#[test]
fn a_list_for_the_known_is_for_them_and_the_list_for_the_world_for_all() {
    for (role, token) in ROLES {
        let server = start();
        let (known, world_reads) = match token {
            None => ([403; 6], [200, 200, 403, 403, 403, 403]),
            Some(_) => ([200; 6], [200; 6]),
        };
        assert_eq!(statuses(&server, token, "known"), known, "{role}");
        // The note that the other API deleted.
        let restore = json!({"id": 1, "text": "again", "owner": BOB_TEXT});
        if token.is_some() {
            assert_eq!(send(&server, token, "POST", "known", Some(restore)).0, 200);
        }
        assert_eq!(statuses(&server, token, "world_reads"), world_reads, "{role}");
    }
}

#[test]
fn what_is_only_for_its_owner_is_for_nobody_else() {
    for (role, token) in ROLES {
        let server = start();
        let expected = match role {
            "nobody" => [403; 6],
            // She is no owner of what she creates for Bob.
            "alice" => [200, 200, 200, 403, 200, 200],
            _ => [403, 200, 200, 200, 403, 403],
        };
        assert_eq!(statuses(&server, token, "own"), expected, "{role}");
    }
}

#[test]
fn a_list_has_what_the_rule_gives_this_caller() {
    let server = start();
    let texts = |token, path: &str| {
        let (status, body) = send(&server, token, "GET", path, None);
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let records = body["records"].as_array().expect("an array").clone();
        records
            .iter()
            .map(|record| record["text"].as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(Some("a1"), "own"), ["of alice"]);
    assert_eq!(texts(Some("b1"), "own"), ["of bob"]);
    assert_eq!(texts(Some("b1"), "own?filter[text]=of%20alice"), [""; 0]);
    assert_eq!(texts(Some("a1"), "for_admins"), ["of bob", "of alice"]);
    assert_eq!(texts(Some("b1"), "for_admins"), [""; 0]);
}

#[test]
fn a_rule_sees_of_people_only_what_is_granted() {
    let server = start();
    assert_eq!(
        send(&server, Some("a1"), "GET", "too_curious", None),
        (403, String::new())
    );
    assert_eq!(
        send(&server, Some("a1"), "GET", "too_curious/1", None),
        (403, String::new())
    );
}

#[test]
fn columns_for_the_caller_are_set_where_a_record_does_not_name_them() {
    let server = start();
    let create = |token, body| send(&server, token, "POST", "own", Some(body));
    assert_eq!(create(None, json!({"text": "x"})).0, 403);
    assert_eq!(create(Some("b1"), json!({"text": "x", "owner": ALICE_TEXT})).0, 403);
    assert_eq!(
        create(
            Some("b1"),
            json!([{"text": "mine"}, {"text": "hers", "owner": ALICE_TEXT}])
        )
        .0,
        403
    );
    let (status, body) = create(Some("a1"), json!({"text": "mine"}));
    assert_eq!((status, &*body), (200, r#"{"ids":["3"]}"#));
    let note = server.get("/api/records/v1/all/3").json();
    assert_eq!(
        (&note["owner"], &note["editor"]),
        (&json!(ALICE_TEXT), &json!(ALICE_TEXT))
    );
    assert_eq!(create(Some("a1"), json!({"text": "mine", "editor": BOB_TEXT})).0, 200);
    assert_eq!(server.get("/api/records/v1/all/4").json()["editor"], BOB_TEXT);
}

#[test]
fn a_change_with_a_cookie_has_to_be_meant() {
    let server = start();
    let patch = |cookie: &str, token: Option<&str>| {
        let mut request = server
            .request("PATCH", "/api/records/v1/own/1")
            .header("cookie", cookie);
        if let Some(token) = token {
            request = request.header("csrf-token", token);
        }
        request.json(&json!({"text": "changed"})).send().status
    };
    let read = server
        .request("GET", "/api/records/v1/own/1")
        .header("cookie", "api_key=a1");
    read.send().expect_status(200);
    assert_eq!(patch("api_key=a1", None), 403);
    assert_eq!(patch("api_key=a1", Some("by-accident")), 403);
    assert_eq!(server.get("/api/records/v1/all/1").json()["text"], "of alice");
    assert_eq!(patch("api_key=a1", Some("on-purpose")), 200);
    assert_eq!(server.get("/api/records/v1/all/1").json()["text"], "changed");
}

#[test]
fn without_a_provider_everybody_is_nobody_in_particular() {
    let server = start();
    assert_eq!(send(&server, Some("a1"), "GET", "own/1", None).0, 200);
    server.cli(&["components", "remove", "api-keys"]).expect_success();
    assert_eq!(send(&server, Some("a1"), "GET", "own/1", None).0, 403);
    assert_eq!(send(&server, Some("a1"), "GET", "all/1", None).0, 200);
}

#[test]
fn a_provider_that_fails_makes_nobody_anonymous() {
    let server = start();
    std::fs::write(
        server.data().join("migrations/main/U2__keys_gone.sql"),
        "DROP TABLE api_key;",
    )
    .expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
    assert_eq!(send(&server, Some("c1"), "GET", "all/1", None), (500, String::new()));
    assert_eq!(send(&server, None, "GET", "all/1", None).0, 200);
}
