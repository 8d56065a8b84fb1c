//! Header fields that a component makes.

use guesthouse_tests::Server;
use guesthouse_tests::raw::{self, Raw};

fn answer(server: &Server, path: &str) -> String {
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "GET /header-bomb/{path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    ));
    connection.read_to_end().0
}

#[test]
fn too_many_or_too_large_fields_are_an_error_of_the_component() {
    let server = Server::start();
    server.deploy("header-bomb");
    for path in ["many", "large", "streamed-many", "streamed-large"] {
        let answer = answer(&server, path);
        assert!(
            (500..600).contains(&raw::status(&answer)),
            "{path} gave {}",
            &answer[..answer.len().min(300)]
        );
        assert!(!answer.contains("boom"), "{path}: some of it came through");
    }
    server.get("/header-bomb/fine").expect(200, "still here\n");
}

#[test]
fn a_line_break_in_a_field_never_makes_a_second_field() {
    let server = Server::start();
    server.deploy("header-bomb");
    let answer = answer(&server, "split");
    assert!(raw::status(&answer) >= 500 && !answer.contains("smuggled"), "{answer}");
}

#[test]
fn a_component_cannot_frame_the_answer_itself() {
    let server = Server::start();
    server.deploy("header-bomb");
    for path in ["framing", "length"] {
        // A client that reads as HTTP says gets either the whole body or an error, and nothing behind it.
        let read = server.request("GET", &format!("/header-bomb/{path}")).try_send();
        let right = read.is_ok_and(|answer| answer.status >= 500 || answer.text() == format!("{path}\n"));
        assert!(right, "{path}: {}", answer(&server, path));
    }
}

#[test]
fn a_status_that_is_none_is_an_error_of_the_component() {
    let server = Server::start();
    server.deploy("header-bomb");
    server.get("/header-bomb/status").expect_status(500);
}
