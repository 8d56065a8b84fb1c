//! A component that fails after a while, in the way that it is told to.

use guesthouse_tests::{Answer, Server};
use std::time::Duration;

/// Each way to fail, what a client then sees, and what of it stands in the log.
const WAYS: [(&str, u16, &str); 4] = [
    ("trap", 500, "the component failed"),
    ("500", 500, ""),
    ("loop", 504, "the component took too long"),
    ("memory", 500, "the component failed"),
];

fn get(server: &Server, path: &str) -> Answer {
    server.get(&format!("/wearing-out/{path}"))
}

#[test]
fn it_fails_in_each_way_that_it_is_asked_for_and_answers_otherwise() {
    let server = Server::start();
    server.deploy("wearing-out");
    for (how, status, logged) in WAYS {
        let answer = get(&server, how);
        answer.expect_status(status);
        assert!(answer.took < Duration::from_secs(6), "{how} took {:?}", answer.took);
        server.expect_log(logged);
        get(&server, "ok").expect(200, "still here");
    }
}

#[test]
fn it_answers_so_many_requests_and_then_none_until_it_is_mended() {
    let server = Server::start();
    server.deploy("wearing-out");
    for (how, status, _) in WAYS {
        get(&server, &format!("wear?5,{how}")).expect(200, "wearing out");
        for _ in 0..5 {
            get(&server, "ok").expect(200, "still here");
        }
        for _ in 0..2 {
            get(&server, "ok").expect_status(status);
        }
        get(&server, "mend").expect(200, "mended");
        get(&server, "ok").expect(200, "still here");
    }
}
