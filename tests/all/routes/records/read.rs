//! GET `/api/records/v1/{api}/{id}`.

use crate::notes::{self, PATH};
use serde_json::json;

#[test]
fn an_id_that_is_none_is_refused() {
    let server = notes::start();
    for id in [
        "x",
        "1.0",
        "0x1",
        "9223372036854775808",
        "1%20OR%201=1",
        "%27",
        "AAAAAAAAAAAAAAAAAAAAAA==",
    ] {
        server.get(&format!("{PATH}/{id}")).expect(400, "Invalid id");
    }
    for id in ["1", "AAAA", "not-a-uuid", "00000000-0000-0000-0000-00000000000g"] {
        server
            .get(&format!("/api/records/v1/tokens/{id}"))
            .expect(400, "Invalid id");
    }
}

#[test]
fn a_row_that_is_not_there_is_not_found() {
    let server = notes::start();
    server.get(&format!("{PATH}/1")).expect(404, "");
    server.get(&format!("{PATH}/-1")).expect(404, "");
    server
        .get("/api/records/v1/tokens/AAAAAAAAAAAAAAAAAAAAAA==")
        .expect(404, "");
}

#[test]
fn a_row_is_an_object_without_an_envelope() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "a", "score": 2, "stars": 4}));
    let expected = json!({"id": 1, "text": "a", "stars": 4, "score": 2.0, "data": null, "title": null});
    let answer = server.get(&format!("{PATH}/{id}"));
    answer.expect_json(200, expected);
    assert!(
        answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
    );
}

#[test]
fn a_uuid_may_be_given_in_either_form() {
    let server = notes::start();
    let path = "/api/records/v1/tokens";
    // 01890000-0000-7000-8000-000000000001
    let id = "AYkAAAAAcACAAAAAAAAAAQ==";
    server
        .request("POST", path)
        .json(&json!({"id": id, "value": "x"}))
        .send()
        .expect_json(200, json!({"ids": [id]}));
    for form in [
        id,
        "AYkAAAAAcACAAAAAAAAAAQ%3D%3D",
        "01890000-0000-7000-8000-000000000001",
    ] {
        assert_eq!(server.get(&format!("{path}/{form}")).json()["id"], id);
    }
}
