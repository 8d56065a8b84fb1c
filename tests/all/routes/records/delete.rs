//! DELETE `/api/records/v1/{api}/{id}`.

use crate::notes::{self, PATH};
use serde_json::json;

#[test]
fn what_is_not_there_cannot_be_deleted() {
    let server = notes::start();
    server
        .request("DELETE", &format!("{PATH}/x"))
        .send()
        .expect(400, "Invalid id");
    server.request("DELETE", &format!("{PATH}/1")).send().expect(404, "");
}

#[test]
fn only_this_row_is_deleted_and_only_once() {
    let server = notes::start();
    let id = notes::create(&server, json!({"text": "a"}));
    let other = notes::create(&server, json!({"text": "b"}));
    server
        .request("DELETE", &format!("{PATH}/{id}"))
        .send()
        .expect_status(200);
    server.request("DELETE", &format!("{PATH}/{id}")).send().expect(404, "");
    server.get(&format!("{PATH}/{id}")).expect(404, "");
    server.get(&format!("{PATH}/{other}")).expect_status(200);
}
