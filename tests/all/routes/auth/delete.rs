//! `DELETE delete`.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, is_signed_in, post, sign_in};
use guesthouse_tests::{Answer, Server};
use serde_json::json;

fn delete(server: &Server, method: &str, tokens: &Tokens) -> Answer {
    server
        .request(method, "/api/auth/v1/delete")
        .header("authorization", &tokens.bearer())
        .send()
}

#[test]
fn a_link_deletes_nothing() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    server
        .request("GET", "/api/auth/v1/delete")
        .header("cookie", &alice.cookies())
        .send()
        .expect(401, "");
    server.request("DELETE", "/api/auth/v1/delete").send().expect(401, "");
    assert!(is_signed_in(&server, &alice));
}

#[test]
fn an_account_that_another_table_holds_stays() {
    let holding = "CREATE TABLE post (id INTEGER PRIMARY KEY, author BLOB NOT NULL REFERENCES _user(id)) STRICT;
        INSERT INTO post (author) SELECT id FROM _user WHERE username = 'alice';";
    let server = accounts::prepare().migration("U2__post.sql", holding).start();
    let alice = sign_in(&server, ALICE);
    delete(&server, "DELETE", &alice).expect(409, "");
    assert!(is_signed_in(&server, &alice));
}

#[test]
fn an_account_goes_with_its_sessions_and_with_what_hangs_on_it() {
    let hanging =
        "CREATE TABLE post (id INTEGER PRIMARY KEY, author BLOB NOT NULL REFERENCES _user ON DELETE CASCADE) STRICT;
        INSERT INTO post (author) SELECT id FROM _user;
        INSERT INTO _record_api (name, table_name, acl_world) VALUES ('posts', 'post', 'READ');";
    let server = accounts::prepare().migration("U2__post.sql", hanging).start();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    delete(&server, "DELETE", &alice).expect(200, "deleted");
    assert!(!is_signed_in(&server, &alice) && !is_signed_in(&server, &other));
    post(&server, "refresh", json!({"refresh_token": other.refresh})).expect(401, "");
    post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).expect(401, "");
    assert_eq!(server.get("/api/records/v1/posts?count=true").json()["total_count"], 2);

    let admin = sign_in(&server, "admin@localhost");
    delete(&server, "GET", &admin).expect(200, "deleted");
    assert!(!is_signed_in(&server, &admin));
}
