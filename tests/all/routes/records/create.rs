//! POST `/api/records/v1/{api}`.

use crate::notes::{self, PATH};
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

fn post(server: &Server, body: &Value) -> Answer {
    server.request("POST", PATH).json(body).send()
}

#[test]
fn what_is_no_json_is_refused() {
    let server = notes::start();
    for body in [
        "",
        "{",
        "{\"text\": }",
        "text",
        "[1, 2]",
        "\"text\"",
        "{\"text\": \"a\"} {}",
        "\u{0}",
    ] {
        let answer = server
            .request("POST", PATH)
            .header("content-type", "application/json")
            .body(body)
            .send();
        assert_eq!(answer.status, 400, "{body:?} gave: {}", answer.text());
    }
    let answer = server
        .request("POST", PATH)
        .header("content-type", "application/json")
        .body(vec![b'"', 0xff, b'"'])
        .send();
    answer.expect_status(400);
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn json_nested_without_end_is_refused() {
    let server = notes::start();
    let body = format!("{{\"text\": {}", "[".repeat(500_000));
    server
        .request("POST", PATH)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .expect_status(400);
    notes::create(&server, json!({"text": "still here"}));
}

#[test]
fn an_unknown_content_type_is_refused() {
    let server = notes::start();
    let answer = server
        .request("POST", PATH)
        .header("content-type", "text/csv")
        .body("text\nx")
        .send();
    answer.expect_status(400);
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    let server = notes::start();
    for wrong in [
        json!({"text": 1}),
        json!({"text": ["x"]}),
        json!({"text": {"a": "x"}}),
        json!({"text": "a", "stars": "3"}),
        json!({"text": "a", "stars": 1.5}),
        json!({"text": "a", "score": "1.5"}),
        json!({"text": "a", "data": "no base64!"}),
        json!({"text": "a", "data": 3}),
    ] {
        let answer = post(&server, &wrong);
        assert_eq!(answer.status, 400, "{wrong} gave: {}", answer.text());
    }
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_constraint_is_named_by_its_kind() {
    let server = notes::start();
    post(&server, &json!({"text": "a", "stars": 9})).expect(400, "db constraint: check");
    post(&server, &json!({"stars": 1})).expect(400, "db constraint: not null");
    notes::create(&server, json!({"id": 1, "text": "a", "title": "one"}));
    post(&server, &json!({"text": "b", "title": "one"})).expect(400, "db constraint: unique");
    post(&server, &json!({"id": 1, "text": "b"})).expect(400, "db constraint: pk");
    assert_eq!(notes::count(&server), 1);
}

#[test]
fn of_a_list_all_are_created_or_none() {
    let server = notes::start();
    let answer = post(
        &server,
        &json!([{"text": "a"}, {"text": "b", "stars": 9}, {"text": "c"}]),
    );
    answer.expect_status(400);
    assert_eq!(notes::count(&server), 0);
    post(&server, &json!([])).expect_status(400);
    let answer = post(&server, &json!([{"text": "a"}, {"text": "b"}]));
    answer.expect_json(200, json!({"ids": ["1", "2"]}));
}

#[test]
fn too_long_a_list_is_refused() {
    let server = notes::start();
    let list: Vec<Value> = (0..1025).map(|_| json!({"text": "a"})).collect();
    post(&server, &Value::Array(list)).expect_status(400);
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn the_answer_has_the_new_id_as_text() {
    let server = notes::start();
    post(&server, &json!({"text": "a"})).expect_json(200, json!({"ids": ["1"]}));
    post(&server, &json!({"id": 77, "text": "b"})).expect_json(200, json!({"ids": ["77"]}));
}

#[test]
fn every_type_comes_back_as_it_was_sent() {
    let server = notes::start();
    let sent =
        json!({"text": "\u{1f600} \"quoted\" \\ \n\u{0}end", "stars": 5, "score": -0.1, "data": "AP-_", "title": null});
    let id = notes::create(&server, sent.clone());
    let got = server.get(&format!("{PATH}/{id}")).json();
    for (key, value) in sent.as_object().expect("we made an object") {
        assert_eq!(&got[key], value, "{key}");
    }
    let largest = notes::create(&server, json!({"id": i64::MAX, "text": "largest"}));
    assert_eq!(largest, i64::MAX.to_string());
    assert_eq!(server.get(&format!("{PATH}/{largest}")).json()["id"], i64::MAX);
}

#[test]
fn an_unknown_column_is_ignored_and_a_hidden_one_stays_hidden() {
    let server = notes::start();
    let id = notes::create(
        &server,
        json!({"text": "a", "unknown": 1, "_hidden": "x", "id\" = 1; --": 2}),
    );
    let note = server.get(&format!("{PATH}/{id}")).json();
    assert_eq!(
        note,
        json!({"id": 1, "text": "a", "stars": 0, "score": null, "data": null, "title": null})
    );
}

#[test]
fn a_row_with_a_uuid_key_gets_one_by_itself() {
    let server = notes::start();
    let answer = server
        .request("POST", "/api/records/v1/tokens")
        .json(&json!({"value": "x"}))
        .send();
    answer.expect_status(200);
    let id = answer.json()["ids"][0].as_str().expect("ids are text").to_string();
    assert_eq!(id.len(), 24);
    assert!(id.ends_with("=="));
    let token = server.get(&format!("/api/records/v1/tokens/{id}"));
    token.expect_json(200, json!({"id": id, "value": "x", "settings": null}));
}

#[test]
fn a_json_column_is_a_value_and_its_schema_holds() {
    let server = notes::start();
    let path = "/api/records/v1/tokens";
    let wrong = server
        .request("POST", path)
        .json(&json!({"value": "x", "settings": {"size": 1}}))
        .send();
    wrong.expect_status(400);
    let right = server
        .request("POST", path)
        .json(&json!({"value": "x", "settings": {"colour": "red", "deep": [1, null]}}))
        .send();
    right.expect_status(200);
    let id = right.json()["ids"][0].as_str().expect("ids are text").to_string();
    let token = server.get(&format!("{path}/{id}")).json();
    assert_eq!(token["settings"], json!({"colour": "red", "deep": [1, null]}));
}
