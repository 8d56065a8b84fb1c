//! `/api/healthcheck`.

use guesthouse_tests::{Server, http2};

#[test]
fn the_health_check_answers_ok_when_everything_is_ready() {
    let server = Server::start();
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn the_health_check_cannot_be_written_to() {
    let server = Server::start();
    server.request("DELETE", "/api/healthcheck").send().expect_status(405);
}

#[test]
fn http_2_is_spoken_to_a_client_that_begins_with_it() {
    let server = Server::start();
    assert_eq!(http2::get(server.address(), "/api/healthcheck"), "Ok");
}
