//! Clients that send what makes no sense: every route answers with an error that says something, and nothing is lost.

use super::every_route::{ROUTES, Route};
use crate::notes::{self, PATH};
use guesthouse_tests::raw::{self, Raw};
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

const MIB: usize = 1 << 20;

/// What no route takes as a body of JSON.
const BODIES: &[&[u8]] = &[
    b"",
    b" ",
    b"{",
    b"}",
    b"{}{}",
    b"null",
    b"true",
    b"1",
    b"\"text\"",
    b"[1]",
    b"[[]]",
    b"[null]",
    b"{\"text\": }",
    b"{\"text\": \"a\"",
    b"{\"text\": \"\\ud800\"}",
    b"{\"text\": 1e999}",
    b"{\"text\": 1}",
    b"{text: 'a'}",
    b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{\"text\": \"after a mark\"}",
    b"\0",
];

/// A server with one note, and everything that is in its table.
fn start() -> (Server, Value) {
    let server = notes::start();
    notes::create(&server, json!({"id": 1, "text": "keep me"}));
    let rows = rows(&server);
    (server, rows)
}

fn rows(server: &Server) -> Value {
    let list = server.get(&format!("{PATH}?order=id"));
    list.expect_status(200);
    list.json()["records"].clone()
}

/// The routes that read a body.
fn writing() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.body("notes", 1).is_some())
}

/// The head of a request whose body comes in any way.
fn head(route: &Route, fields: &str) -> String {
    let path = route.path("notes", 1);
    format!(
        "{} {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{fields}\r\n",
        route.method
    )
}

/// Malformed, of a type that the route does not read, or well-formed JSON of another shape.
#[track_caller]
fn expect_refusal(answer: &Answer, what: &str) {
    assert!(
        matches!(answer.status, 400 | 415 | 422),
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
    assert!(!answer.body.is_empty(), "{what}: no reason");
}

#[test]
fn a_body_that_makes_no_sense_is_refused_with_a_reason() {
    let (server, before) = start();
    for route in writing() {
        for body in BODIES {
            let request = server.request(route.method, &route.path("notes", 1));
            let answer = request.header("content-type", "application/json").body(*body).send();
            let what = format!("{} with {:?}", route.name, String::from_utf8_lossy(body));
            expect_refusal(&answer, &what);
        }
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn a_body_of_another_type_than_it_says_is_refused_with_a_reason() {
    let (server, before) = start();
    for route in writing() {
        for (content_type, body) in [
            ("text/csv", "text\nx"),
            ("application/xml", "<text>x</text>"),
            ("multipart/form-data", "text=x"),
            ("multipart/form-data; boundary=b", "{\"text\": \"x\"}"),
            ("application/json", "text=x"),
            ("\u{80}", "{\"text\": \"x\"}"),
        ] {
            let request = server.request(route.method, &route.path("notes", 1));
            let answer = request.header("content-type", content_type).body(body).send();
            let what = format!("{} as {content_type:?}", route.name);
            expect_refusal(&answer, &what);
        }
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn a_body_where_none_belongs_is_not_looked_at() {
    let (server, before) = start();
    for route in ROUTES
        .iter()
        .filter(|route| route.body("notes", 1).is_none() && !route.changes)
    {
        for body in BODIES {
            let request = server.request(route.method, &route.path("notes", 1));
            let answer = request.header("content-type", "application/json").body(*body).send();
            answer.expect_status(200);
        }
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn a_body_that_is_far_too_large_is_refused_by_every_route_that_reads_one() {
    let (server, before) = start();
    let memory = server.resident_bytes();
    for route in writing() {
        let mut declared = Raw::connect(server.address());
        declared.send(head(route, &format!("content-length: {}\r\n", 100 * MIB)));
        let answer = declared.read_until("\r\n\r\n");
        assert_eq!(raw::status(&answer), 413, "{}: {answer}", route.name);

        let mut streamed = Raw::connect(server.address());
        streamed.send(head(route, "transfer-encoding: chunked\r\n"));
        let mut piece = format!("{MIB:x}\r\n").into_bytes();
        piece.extend(vec![b' '; MIB]);
        piece.extend(b"\r\n");
        let sent = (0..100).take_while(|_| streamed.send(&piece)).count();
        assert!(sent < 100, "{} took all of it", route.name);
    }
    server.expect_growth_below(memory, 64 * MIB as u64);
    assert_eq!(rows(&server), before);
}

#[test]
fn a_client_that_goes_away_in_the_middle_changes_nothing() {
    let (server, before) = start();
    for route in writing() {
        let body = route.body("notes", 1).expect("it has one");
        for end in [0, 1, body.len() / 2, body.len() - 1] {
            let declared = head(route, &format!("content-length: {}\r\n", body.len())) + &body[..end];
            let chunked =
                head(route, "transfer-encoding: chunked\r\n") + &format!("{:x}\r\n{}", body.len(), &body[..end]);
            for request in [declared, chunked] {
                let status = raw::status_of_last(server.address(), &request);
                assert!(matches!(status, 0 | 400), "{status} for {request:?}");
            }
        }
        // Without the last piece, which says that nothing more comes.
        let unfinished = head(route, "transfer-encoding: chunked\r\n") + &format!("{:x}\r\n{body}\r\n", body.len());
        let status = raw::status_of_last(server.address(), &unfinished);
        assert!(matches!(status, 0 | 400), "{status} for {unfinished:?}");
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn a_method_that_a_path_does_not_have_is_not_allowed() {
    let (server, before) = start();
    for route in ROUTES {
        let path = route.path("notes", 1);
        for method in ["PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"] {
            let belongs = |other: &&Route| other.method == method && other.path("notes", 1) == path;
            if !ROUTES.iter().any(|other| belongs(&other)) {
                let answer = server.request(method, &path).body("{\"text\": \"new\"}").send();
                assert_eq!((answer.status, answer.text().as_str()), (405, ""), "{method} {path}");
            }
        }
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn a_path_that_nobody_knows_is_not_found() {
    let (server, before) = start();
    for path in [
        "/api/records/v1",
        "/api/records/v1/",
        "/api/records/v1//1",
        "/api/records/v1/notes/",
        "/api/records/v1/notes/1/",
        "/api/records/v1/notes/1/2/3/4/5",
        "/api/records/v1/notes/1/files",
        "/api/records/v2/notes",
    ] {
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let answer = server.request(method, path).body("{\"text\": \"new\"}").send();
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
        }
    }
    assert_eq!(rows(&server), before);
}

#[test]
fn an_id_that_is_none_is_refused_with_a_reason() {
    let (server, before) = start();
    for route in ROUTES.iter().filter(|route| route.path("notes", 1).ends_with("/1")) {
        for id in [
            "x",
            "1.0",
            "1e0",
            "+1",
            "0x1",
            "%31%00",
            "%ff",
            "1%20",
            "-",
            "99999999999999999999",
            "1;",
            "%D9%A1",
            "'",
        ] {
            let path = route.path("notes", 1);
            let path = format!("{}/{id}", path.trim_end_matches("/1"));
            let answer = server.request(route.method, &path).body("{\"text\": \"new\"}").send();
            assert_eq!(
                (answer.status, answer.text().as_str()),
                (400, "Invalid id"),
                "{} {path}",
                route.method
            );
        }
    }
    assert_eq!(rows(&server), before);
}
