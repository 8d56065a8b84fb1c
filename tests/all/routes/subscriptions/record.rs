//! Listening to one record.

use super::{create, delete, expect_denied, expected, path, start, told, update};
use serde_json::json;

#[test]
fn a_record_tells_of_itself_alone_and_goes_on_after_its_end() {
    let server = start();
    let [one, other] = ["one", "other"].map(|text| create(&server, json!({"text": text})));
    let mut events = server.events(&path("notes", &one));
    update(&server, &other, json!({"text": "unheard"}));
    update(&server, &one, json!({"text": "heard"}));
    delete(&server, &one);
    create(&server, json!({"id": 1, "text": "again"}));
    assert_eq!(
        told(&mut events, 3),
        expected(&[("Update", "heard"), ("Delete", "heard"), ("Insert", "again")])
    );
}

#[test]
fn a_record_with_a_uuid_is_found_by_both_forms_of_its_id() {
    let tables = "CREATE TABLE token (id BLOB PRIMARY KEY NOT NULL CHECK (is_uuid_v7(id)) DEFAULT (uuid_v7()), text TEXT) STRICT;
        INSERT INTO token VALUES (uuid_parse('01890000-0000-7000-8000-000000000001'), 'a');
        INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions) VALUES ('tokens', 'token', 'READ,UPDATE', 1);";
    let server = guesthouse_tests::Server::prepare()
        .migration("U1__tokens.sql", tables)
        .start();
    let ids = [
        "AYkAAAAAcACAAAAAAAAAAQ==",
        "AYkAAAAAcACAAAAAAAAAAQ%3D%3D",
        "01890000-0000-7000-8000-000000000001",
    ];
    let streams = ids.map(|id| server.events(&path("tokens", id)));
    let token = format!("/api/records/v1/tokens/{}", ids[0]);
    server
        .request("PATCH", &token)
        .json(&json!({"text": "b"}))
        .send()
        .expect_status(200);
    for mut events in streams {
        let event = events.expect_json();
        assert_eq!(event["Update"], json!({"id": ids[0], "text": "b"}));
    }
}

#[test]
fn who_may_not_see_the_record_any_more_is_told_so_and_hears_nothing_else() {
    let server = start();
    let id = create(&server, json!({"text": "a", "stars": 5}));
    let mut one = server.events(&path("good", &id));
    let mut all = server.events(&path("good", "*"));
    update(&server, &id, json!({"text": "b", "stars": 3}));
    update(&server, &id, json!({"text": "secret", "stars": 0}));
    update(&server, &id, json!({"text": "c", "stars": 4}));
    assert_eq!(told(&mut one, 1), expected(&[("Update", "b")]));
    expect_denied(&mut one);
    assert_eq!(told(&mut all, 2), expected(&[("Update", "b"), ("Update", "c")]));
}

#[test]
fn a_filter_on_a_record_is_passed_over() {
    let server = start();
    let id = create(&server, json!({"text": "a"}));
    let mut events = server.events(&format!("{}?filter[text]=x&filter[nothing]=1", path("notes", &id)));
    update(&server, &id, json!({"text": "b"}));
    assert_eq!(told(&mut events, 1), expected(&[("Update", "b")]));
}
