//! As many connections as there is room for, and one more.

use super::{Listener, buffered, listen};
use guesthouse_tests::{Server, raw, wait};
use std::time::Duration;

/// Half of these are for connections.
const OPEN_FILES: u64 = 400;

#[test]
fn one_connection_too_many_is_told_so_and_comes_in_when_another_leaves() {
    let server = Server::prepare().open_files_max(OPEN_FILES).start();
    server.deploy("broadcaster");
    server.expect_log("the limit of open files (`ulimit -n`) is low");
    let mut listeners: Vec<Listener> = (0..OPEN_FILES / 2).map(|_| listen(&server, "topic=room/1")).collect();
    for _ in 0..3 {
        let mut refused = raw::Raw::connect(server.address());
        refused.send("GET /api/healthcheck HTTP/1.1\r\nhost: a\r\n\r\n");
        let (answer, took) = refused.read_to_end();
        assert!(
            answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\nretry-after: "),
            "{answer:?}"
        );
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
    // It is said once by each core that refused some, and not for each that it refused.
    server.expect_log("too many connections");
    let said = server.log().matches("too many connections").count();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(said <= cores, "{}", server.log());
    drop(listeners.pop());
    let sent = wait::until("a place to be free", Duration::from_secs(20), || {
        let path = "/broadcaster/send?topic=room/1&data=x";
        let asked = server.request("GET", path).try_send().ok()?;
        (asked.status == 200).then(|| asked.text())
    });
    assert_eq!(sent, buffered(listeners.len() as u32));
}
