//! The requests of late, and what was asked of the host on behalf of one.

use super::{calls, control, number, request, told};
use crate::notes::{self, PATH};
use guesthouse_tests::callers::Key;
use guesthouse_tests::{Answer, Server};
use serde_json::json;

#[test]
fn a_number_that_no_request_has_is_refused_with_where_to_find_one() {
    let server = Server::start();
    for id in ["0123456789abcdef", "x", "0123456789abcdef0"] {
        server.cli(&["requests", id]).expect_failure(&[id, "x-request-id"]);
    }
    server.cli(&["requests", "../secrets"]).expect_failure(&["../secrets"]);
    let answer = control(&server, "requests/0123456789abcdef");
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (404, &json!("no_such_request"))
    );
    control(&server, "requests?limit=0").expect_status(400);
    control(&server, "requests?limits=1").expect_status(400);
    server.get("/_/control/requests").expect_status(401);
}

#[test]
fn requests_are_told_while_the_server_runs_and_no_longer() {
    let mut server = Server::start();
    server.deploy("hello");
    let answer = server.get("/hello");
    server.stop();
    server
        .cli(&["requests", &number(&answer)])
        .expect_failure(&["does not run"]);
}

#[test]
fn every_answer_of_a_component_has_a_number_of_its_own_whatever_it_is() {
    let server = Server::start();
    for guest in ["hello", "nth-trap", "loop"] {
        server.deploy(guest);
    }
    let mut numbers: Vec<String> = ["/hello", "/nth-trap", "/nth-trap", "/nth-trap", "/loop/forever"]
        .map(|path| number(&server.get(path)))
        .to_vec();
    // A client's own number counts for nothing.
    let own = server.request("GET", "/hello").header("x-request-id", "mine").send();
    numbers.push(number(&own));
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 6, "{numbers:?}");
    let is_number = |number: &String| number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit());
    assert!(numbers.iter().all(is_number), "{numbers:?}");
    assert!(server.get("/nothing-here").header("x-request-id").is_none());
}

#[test]
fn a_request_tells_which_tables_were_read_and_written_for_it() {
    let server = notes::start();
    let created = server.request("POST", PATH).json(&json!({"text": "a"})).send();
    created.expect_status(200);
    let read = server.get(&format!("{PATH}/1?nothing=secret"));
    let told = request(&server, &read);
    assert_eq!(
        [
            &told["component"],
            &told["method"],
            &told["path"],
            &told["outcome"],
            &told["status"]
        ],
        [
            &json!("records"),
            &json!("GET"),
            &json!(format!("{PATH}/1")),
            &json!("ok"),
            &json!(200)
        ]
    );
    let last = |answer: &Answer| calls(&request(&server, answer)).pop().expect("a call");
    assert_eq!(last(&read), "records sqlite.query allowed sqlite main: read note");
    let written = last(&created);
    assert!(
        written.starts_with("records sqlite.") && written.contains("sqlite main: write note"),
        "{written}"
    );
}

#[test]
fn what_another_component_did_for_a_request_is_told_with_it() {
    let server = Server::start();
    server.deploy("whoami");
    server.deploy_api_keys(&[Key::new("good", b"alice")]);
    let told = request(&server, &server.get_as("good", "/whoami"));
    let calls = calls(&told);
    let service = "whoami services.call allowed services: use guesthouse:identity/authenticator";
    assert!(calls.iter().any(|call| call == service), "{calls:?}");
    assert!(
        calls.iter().any(|call| call.starts_with("api-keys sqlite.")),
        "{calls:?}"
    );
}

#[test]
fn requests_at_once_in_one_instance_are_told_apart() {
    let server = notes::start();
    notes::create(&server, json!({"text": "a"}));
    server.get("/api/records/v1/tokens").expect_status(200);
    let numbers: Vec<(&str, String)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|client| {
                let (table, path) = [("note", PATH), ("token", "/api/records/v1/tokens")][client % 2];
                let server = &server;
                scope.spawn(move || (0..25).map(|_| (table, number(&server.get(path)))).collect::<Vec<_>>())
            })
            .collect();
        let ended = clients
            .into_iter()
            .flat_map(|client| client.join().expect("no request failed"));
        ended.collect()
    });
    for (table, number) in numbers {
        let told = control(&server, &format!("requests/{number}")).json();
        let own = format!("sqlite main: read {table}");
        let others = ["note", "token"].map(|table| format!("sqlite main: read {table}"));
        let calls = calls(&told);
        assert!(calls.iter().any(|call| call.ends_with(&own)), "{table}: {calls:?}");
        let strange = calls
            .iter()
            .any(|call| others.iter().any(|other| *other != own && call.ends_with(other)));
        assert!(!strange, "{table}: {calls:?}");
    }
}

#[test]
fn the_newest_requests_come_first_and_those_of_one_component_by_themselves() {
    let server = notes::start();
    server.deploy("hello");
    server.get("/hello");
    server.get(PATH);
    let last = number(&server.get("/hello"));
    let listed = told(&server, &["requests", "--component", "hello"]);
    let listed = listed.as_array().expect("a list");
    assert_eq!((listed.len(), &listed[0]["id"]), (2, &json!(last)));
    let one = told(&server, &["requests", "--limit", "1"]);
    assert_eq!(one.as_array().expect("a list").len(), 1);
    let table = server.cli(&["requests"]).expect_success().stdout;
    assert!(table.contains(&last) && table.contains(PATH), "{table}");
}
