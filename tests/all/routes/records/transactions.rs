//! POST `/api/transaction/v1/execute`.

use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

const PATH: &str = "/api/transaction/v1/execute";

const TABLES: &str = "
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    state TEXT NOT NULL DEFAULT 'open'
) STRICT;
CREATE TABLE token (id BLOB PRIMARY KEY CHECK (is_uuid_v7(id)) DEFAULT (uuid_v7()) NOT NULL, text TEXT UNIQUE) STRICT;
CREATE VIEW task_view AS SELECT id, text FROM task;
INSERT INTO _record_api (name, table_name, acl_world) VALUES
    ('tasks', 'task', 'CREATE,READ,UPDATE,DELETE'), ('reading', 'task', 'READ'), ('view', 'task_view', 'CREATE,READ,DELETE');
INSERT INTO _record_api (name, table_name, acl_world, conflict_resolution) VALUES ('tokens', 'token', 'CREATE,READ', 'IGNORE');
INSERT INTO _record_api (name, table_name, acl_world, create_access_rule, update_access_rule, delete_access_rule) VALUES
    ('ruled', 'task', 'CREATE,UPDATE,DELETE', '_REQ_.stars < 3', '_ROW_.state = ''open''', '_ROW_.state = ''done''');
";

fn start() -> Server {
    Server::prepare().migration("U1__tasks.sql", TABLES).start()
}

fn execute(server: &Server, transaction: bool, operations: &[Value]) -> Answer {
    let body = json!({"operations": operations, "transaction": transaction});
    server.request("POST", PATH).json(&body).send()
}

fn create(api: &str, value: Value) -> Value {
    json!({"Create": {"api_name": api, "value": value}})
}

fn update(api: &str, id: impl Into<Value>, value: Value) -> Value {
    json!({"Update": {"api_name": api, "record_id": id.into(), "value": value}})
}

fn delete(api: &str, id: impl Into<Value>) -> Value {
    json!({"Delete": {"api_name": api, "record_id": id.into()}})
}

/// The texts of all tasks by id, such as `ab`.
#[track_caller]
fn texts(server: &Server) -> String {
    let list = server.get("/api/records/v1/tasks?order=id").json();
    let tasks = list["records"].as_array().expect("records are a list").iter();
    tasks.filter_map(|task| task["text"].as_str()).collect()
}

#[test]
fn only_json_of_the_right_shape_is_read() {
    let server = start();
    let send = |content_type: Option<&str>, body: &str| {
        let request = server.request("POST", PATH);
        let request = content_type
            .into_iter()
            .fold(request, |request, value| request.header("content-type", value));
        request.body(body).send()
    };
    let json = Some("application/json; charset=utf-8");
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        send(content_type, "{\"operations\": []}").expect_status(415);
    }
    for body in ["", "{", "{\"operations\": [}", "{\"operations\": []} x"] {
        send(json, body).expect_status(400);
    }
    for body in [
        "[]",
        "{}",
        "{\"operations\": 1}",
        "{\"operations\": [{\"Drop\": {}}]}",
        "{\"operations\": [{\"Delete\": {\"api_name\": \"tasks\"}}]}",
    ] {
        let answer = send(json, body);
        answer.expect_status(422);
        assert!(
            answer.text().starts_with("the body is not what is expected: "),
            "{}",
            answer.text()
        );
    }
    for method in ["GET", "PUT", "DELETE"] {
        server.request(method, PATH).send().expect(405, "");
    }
}

#[test]
fn there_are_only_so_many_operations_at_once() {
    let server = start();
    let many = |count: usize| vec![create("tasks", json!({"text": "a"})); count];
    execute(&server, true, &many(129)).expect(400, "Batch size exceeds limit: 128");
    assert_eq!(texts(&server), "");
    execute(&server, true, &many(128)).expect_status(200);
    execute(&server, false, &many(128)).expect_status(200);
    assert_eq!(texts(&server).len(), 50);
    assert_eq!(
        server.get("/api/records/v1/tasks?count=true&limit=0").json()["total_count"],
        256
    );
}

#[test]
fn no_operation_is_no_mistake() {
    let server = start();
    for transaction in [true, false] {
        execute(&server, transaction, &[]).expect_json(200, json!({"results": [], "ids": []}));
    }
}

#[test]
fn the_results_come_in_the_order_of_the_operations() {
    let server = start();
    for (transaction, first) in [(true, 1), (false, 4)] {
        let operations = [
            create("tasks", json!({"id": first, "text": "a"})),
            create("tasks", json!({"text": "b"})),
            update("tasks", first, json!({"text": "c"})),
            delete("tasks", (first + 1).to_string()),
            create("tasks", json!({"id": first + 2, "text": "d"})),
        ];
        let ids: Vec<String> = [0, 1, 0, 1, 2].iter().map(|more| (first + more).to_string()).collect();
        let results: Vec<Value> = ids.iter().map(|id| json!({"Id": id})).collect();
        execute(&server, transaction, &operations).expect_json(200, json!({"results": results, "ids": ids}));
    }
    assert_eq!(texts(&server), "cdcd");
}

#[test]
fn in_a_transaction_all_is_done_or_nothing() {
    let server = start();
    execute(&server, true, &[create("tasks", json!({"text": "old"}))]).expect_status(200);
    for (failing, status, text) in [
        (
            create("tasks", json!({"text": "b", "stars": 9})),
            400,
            "db constraint: check",
        ),
        (create("tasks", json!({"id": 1, "text": "b"})), 400, "db constraint: pk"),
        (create("tasks", json!({"text": 1})), 400, "Invalid Parameters"),
        (create("tasks", json!([{"text": "b"}])), 400, "Not a record"),
        (create("reading", json!({"text": "b"})), 403, ""),
        (create("nothing", json!({"text": "b"})), 405, ""),
        (create("view", json!({"text": "b"})), 405, ""),
        (update("tasks", "x", json!({"text": "b"})), 400, "Invalid id"),
        (update("tasks", 1, json!({})), 400, "no values provided"),
        (update("tasks", 99, json!({"text": "b"})), 404, ""),
        (delete("tasks", 99), 404, ""),
        (delete("reading", 1), 403, ""),
    ] {
        let operations = [
            create("tasks", json!({"text": "a"})),
            update("tasks", 1, json!({"text": "changed"})),
            failing.clone(),
            delete("tasks", 1),
        ];
        let answer = execute(&server, true, &operations);
        assert_eq!((answer.status, answer.text().as_str()), (status, text), "{failing}");
        assert_eq!(texts(&server), "old", "{failing}");
    }
}

#[test]
fn without_a_transaction_what_came_before_stays() {
    let server = start();
    let operations = [
        create("tasks", json!({"text": "a"})),
        create("tasks", json!({"text": "b", "stars": 9})),
        create("tasks", json!({"text": "c"})),
    ];
    execute(&server, false, &operations).expect(400, "db constraint: check");
    assert_eq!(texts(&server), "a");
    let unknown = [create("tasks", json!({"text": "d"})), create("nothing", json!({}))];
    execute(&server, false, &unknown).expect(405, "");
    assert_eq!(
        texts(&server),
        "a",
        "an API that does not exist is seen before anything is done"
    );
    let denied = [
        create("tasks", json!({"text": "e"})),
        create("reading", json!({"text": "f"})),
    ];
    let body = json!({"operations": denied, "transaction": null});
    server.request("POST", PATH).json(&body).send().expect(403, "");
    assert_eq!(texts(&server), "ae");
}

#[test]
fn rules_hold_for_each_operation_and_see_what_came_before() {
    let server = start();
    execute(&server, true, &[create("ruled", json!({"text": "a", "stars": 1}))]).expect_status(200);
    for (failing, status) in [
        (create("ruled", json!({"text": "b", "stars": 4})), 403),
        (delete("ruled", 1), 403),
        (delete("ruled", 99), 404),
        (update("ruled", 99, json!({"text": "b"})), 404),
    ] {
        for transaction in [true, false] {
            execute(&server, transaction, std::slice::from_ref(&failing)).expect(status, "");
        }
        let operations = [create("tasks", json!({"text": "b"})), failing];
        execute(&server, true, &operations).expect(status, "");
    }
    assert_eq!(texts(&server), "a");
    // Only what is done may be deleted, and what is done may not be updated any more.
    let finish = [update("ruled", 1, json!({"state": "done"})), delete("ruled", 1)];
    let twice = [
        update("ruled", 1, json!({"state": "done"})),
        update("ruled", 1, json!({"state": "open"})),
    ];
    execute(&server, true, &twice).expect(403, "");
    let new = [create("tasks", json!({"id": 7, "text": "b"})), delete("ruled", 7)];
    execute(&server, true, &new).expect(403, "");
    assert_eq!(texts(&server), "a");
    execute(&server, true, &finish).expect_status(200);
    assert_eq!(texts(&server), "");
}

#[test]
fn what_was_passed_over_says_so_and_the_rest_is_done() {
    let server = start();
    let id = "AYkAAAAAcACAAAAAAAAAAQ==";
    let operations = [
        create("tokens", json!({"id": id, "text": "a"})),
        create("tokens", json!({"id": id, "text": "b"})),
        create("tasks", json!({"text": "c"})),
    ];
    let passed_over = json!({"Error": "passed over: such a record exists already"});
    for (transaction, first) in [(true, json!({"Id": id})), (false, passed_over.clone())] {
        let answer = execute(&server, transaction, &operations);
        answer.expect_status(200);
        let results = &answer.json()["results"];
        assert_eq!((&results[0], &results[1]), (&first, &passed_over));
        assert!(results[2]["Id"].is_string(), "{results}");
    }
    assert_eq!(server.get(&format!("/api/records/v1/tokens/{id}")).json()["text"], "a");
    assert_eq!(texts(&server), "cc");
}
