//! Requests that get no stream.

use super::{create, path, start};
use serde_json::json;

#[test]
fn what_cannot_be_listened_to_is_refused_with_the_status_of_the_protocol() {
    let server = start();
    create(&server, json!({"text": "a", "stars": 1}));
    for (api, id, status, body) in [
        ("nothing", "*", 405, ""),
        ("nothing", "1", 405, ""),
        ("silent", "*", 403, ""),
        ("silent", "1", 403, ""),
        ("views", "*", 405, ""),
        ("views", "1", 405, ""),
        ("unreadable", "*", 403, ""),
        ("unreadable", "1", 403, ""),
        ("known", "*", 403, ""),
        ("notes", "x", 400, "Invalid id"),
        ("notes", "%2a%2a", 400, "Invalid id"),
        ("notes", "2", 404, ""),
        // Whether it is there is nothing that the rule lets anybody know.
        ("good", "1", 403, ""),
        ("good", "2", 403, ""),
    ] {
        let answer = server.get(&path(api, id));
        assert_eq!((answer.status, answer.text().as_str()), (status, body), "{api} {id}");
    }
}

#[test]
fn a_filter_that_cannot_be_evaluated_is_refused_before_there_is_a_stream() {
    let server = start();
    let long = format!("filter[text]={}", "x".repeat(4000));
    for (query, body) in [
        ("filter[nothing]=1", "Invalid filter params"),
        ("filter[_hidden]=1", "Invalid filter params"),
        ("filter[internal]=1", "Invalid filter params"),
        ("filter[stars]=x", "Invalid filter params"),
        ("filter=1", "Invalid filter params"),
        (&long, "Invalid filter params"),
        ("filter[text][$re]=(", "rejected"),
        // What is computed when it is read is in no change.
        ("filter[loud]=A", "rejected"),
        ("resume=maybe", "Invalid query"),
        ("ws=true", "ws unsupported"),
    ] {
        server.get(&format!("{}?{query}", path("notes", "*"))).expect(400, body);
    }
}

#[test]
fn only_get_listens_and_only_there() {
    let server = start();
    create(&server, json!({"text": "a"}));
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        for id in ["*", "1"] {
            server
                .request(method, &path("notes", id))
                .body("{}")
                .send()
                .expect(405, "");
        }
    }
    for rest in ["subscribe/", "subscribe/1/", "subscribe/1/2"] {
        server.get(&format!("/api/records/v1/notes/{rest}")).expect_status(404);
    }
    server.get("/api/records/v1/notes/subscribe").expect(400, "Invalid id");
}
