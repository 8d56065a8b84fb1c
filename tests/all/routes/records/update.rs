//! PATCH `/api/records/v1/{api}/{id}`.

use crate::notes::{self, PATH};
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

fn patch(server: &Server, id: &str, body: &Value) -> Answer {
    server.request("PATCH", &format!("{PATH}/{id}")).json(body).send()
}

#[test]
fn a_row_that_is_not_there_is_not_found() {
    let server = notes::start();
    patch(&server, "1", &json!({"text": "b"})).expect(404, "");
    assert_eq!(notes::count(&server), 0);
}

#[test]
fn a_bad_update_changes_nothing() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "a", "stars": 1}));
    patch(&server, "x", &json!({"text": "b"})).expect(400, "Invalid id");
    for wrong in [
        json!({"text": null}),
        json!({"text": 1}),
        json!({"text": "b", "stars": 9}),
        json!({"id": 2}),
        json!([]),
        json!("x"),
    ] {
        let answer = patch(&server, &id, &wrong);
        assert_eq!(answer.status, 400, "{wrong} gave: {}", answer.text());
    }
    let note = server.get(&format!("{PATH}/{id}")).json();
    assert_eq!(
        (&note["id"], &note["text"], &note["stars"]),
        (&json!(1), &json!("a"), &json!(1))
    );
}

#[test]
fn only_the_given_columns_of_only_this_row_change() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "a", "stars": 1, "title": "one"}));
    let other = notes::create(&server, json!({"text": "other", "stars": 2}));
    patch(&server, &id, &json!({"stars": 5, "title": null, "id": 1})).expect(200, "");
    let note = server.get(&format!("{PATH}/{id}"));
    note.expect_json(
        200,
        json!({"id": 1, "text": "a", "stars": 5, "score": null, "data": null, "title": null}),
    );
    assert_eq!(server.get(&format!("{PATH}/{other}")).json()["stars"], 2);
}
