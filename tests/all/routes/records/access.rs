//! Who may do what: nothing is open that was not opened.

use crate::notes;
use serde_json::json;

#[test]
fn a_table_without_an_api_has_none() {
    let server = notes::start();
    for table in ["note", "secret", "_record_api", "sqlite_schema", "nothing"] {
        let path = format!("/api/records/v1/{table}");
        server.get(&path).expect(405, "");
        server.get(&format!("{path}/1")).expect(405, "");
        server.request("POST", &path).json(&json!({})).send().expect(405, "");
    }
}

#[test]
fn an_api_for_those_who_are_signed_in_is_closed_to_the_others() {
    let server = notes::start();
    let path = "/api/records/v1/secrets";
    server.get(path).expect(403, "");
    server.get(&format!("{path}/1")).expect(403, "");
    server
        .request("POST", path)
        .json(&json!({"value": "x"}))
        .send()
        .expect(403, "");
    server
        .request("PATCH", &format!("{path}/1"))
        .json(&json!({"value": "x"}))
        .send()
        .expect(403, "");
    server.request("DELETE", &format!("{path}/1")).send().expect(403, "");
}

#[test]
fn an_api_that_may_be_read_cannot_be_written() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "mine"}));
    let path = "/api/records/v1/notes_read_only";
    server.get(&format!("{path}/{id}")).expect_status(200);
    server
        .request("POST", path)
        .json(&json!({"text": "x"}))
        .send()
        .expect(403, "");
    server
        .request("PATCH", &format!("{path}/{id}"))
        .json(&json!({"text": "x"}))
        .send()
        .expect(403, "");
    server.request("DELETE", &format!("{path}/{id}")).send().expect(403, "");
    assert_eq!(server.get(&format!("{}/{id}", notes::PATH)).json()["text"], "mine");
}

#[test]
fn a_rule_that_lets_nobody_through_lets_nobody_through() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "mine"}));
    server.get(&format!("/api/records/v1/guarded/{id}")).expect(403, "");
    let list = server.get("/api/records/v1/guarded");
    assert!(
        list.status == 403 || list.json()["records"] == json!([]),
        "{}",
        list.text()
    );
}

#[test]
fn a_worthless_token_counts_as_no_token() {
    let server = notes::start();
    let answer = server
        .request("GET", notes::PATH)
        .header("authorization", "Bearer nonsense")
        .send();
    answer.expect_status(200);
}

#[test]
fn a_method_that_a_path_does_not_know_is_refused() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "mine"}));
    for (method, path) in [
        ("PUT", format!("{}/{id}", notes::PATH)),
        ("POST", format!("{}/{id}", notes::PATH)),
        ("PATCH", notes::PATH.to_string()),
        ("DELETE", notes::PATH.to_string()),
        ("BREW", notes::PATH.to_string()),
    ] {
        server.request(method, &path).send().expect_status(405);
    }
    assert_eq!(notes::count(&server), 1);
}
