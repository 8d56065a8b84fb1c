//! Clients that do not read, and clients that are gone without a word.

use super::{Listener, ask, listen, numbers, start};
use guesthouse_tests::{Server, wait};
use std::time::Duration;

/// More than the server's buffer and the kernel's hold: kilobytes sent to one who does not read.
const ROUNDS: usize = 400;

/// Sends large events until the listener overflows; returns what was said of the last one.
fn overflow(server: &Server) -> String {
    for _ in 0..ROUNDS {
        let said = ask(server, "send?topic=room/1&size=100000");
        if !said.contains("overflowed []") {
            return said;
        }
    }
    panic!("{ROUNDS} events of 100 kB fit somewhere")
}

#[test]
fn a_listener_that_is_too_slow_is_closed_after_what_waits() {
    let server = start();
    let mut slow = listen(&server, "topic=room/1&label=slow");
    let number = numbers(&server, "room/1", "slow")[0];
    assert_eq!(overflow(&server), format!("buffered 0 overflowed [{number}] gone []"));
    assert_eq!(ask(&server, "listeners?topic=room/1"), "");
    let news = ask(&server, "news?version=0");
    assert!(news.contains("complete true"), "{news}");
    let events = slow.rest();
    assert!(
        events
            .split("\n\n")
            .all(|event| event.is_empty() || event.len() == 100_000 + "data: ".len())
    );
}

#[test]
fn events_that_do_not_fit_are_replaced_by_one() {
    let server = start();
    let mut slow = listen(&server, "topic=room/1&label=slow&replace=lost");
    let number = numbers(&server, "room/1", "slow")[0];
    let dropped = format!("buffered 0 overflowed [{number}] gone []");
    assert_eq!(overflow(&server), dropped);
    let before = slow.until("data: lost\n\n");
    assert_eq!(before.matches("lost").count(), 1);
    assert_eq!(ask(&server, "send?topic=room/1&data=newer"), super::buffered(1));
    assert_eq!(slow.until("newer\n\n"), "data: newer\n\n");
}

#[test]
fn a_listener_with_too_many_small_events_overflows_too() {
    let server = start();
    let mut held = listen(&server, "topic=room/1&held=1&label=held");
    let number = numbers(&server, "room/1", "held")[0];
    let said = ask(&server, "send?topic=room/1&data=x&times=65");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[63], super::buffered(1));
    assert_eq!(lines[64], format!("buffered 0 overflowed [{number}] gone []"));
    // What waited follows what was missed without a gap, and then it ends: whoever comes back gets on.
    assert_eq!(ask(&server, &format!("release?listener={number}&missed=a")), "released");
    assert_eq!(held.rest(), format!("data: a\n\n{}", "data: x\n\n".repeat(64)));
}

#[test]
fn a_client_that_takes_nothing_is_let_go() {
    let server = start();
    let _slow = listen(&server, "topic=room/1&label=slow&replace=lost");
    overflow(&server);
    wait::until("the stalled client to be given up", Duration::from_secs(60), || {
        numbers(&server, "room/1", "slow").is_empty().then_some(())
    });
}

/// Listens, and then has its kernel ignore all that comes: no acknowledgement, no reset. Says so, and stays there until its standard
/// input ends.
const HALF_OPEN: &str = r#"
import ctypes, socket, struct, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"GET /broadcaster/listen?topic=room/1&label=gone HTTP/1.1\r\nhost: a\r\n\r\n")
while b": ping" not in connection.recv(65536):
    pass
drop_all = struct.pack("HBBI", 6, 0, 0, 0)
buffer = ctypes.create_string_buffer(drop_all)
connection.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", 1, ctypes.addressof(buffer)))
print("deaf", flush=True)
sys.stdin.read()
"#;

#[test]
fn a_client_whose_machine_is_gone_is_noticed() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let server = start();
    let mut client = Command::new("python3")
        .args(["-c", HALF_OPEN, &server.address().port().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    let mut said = String::new();
    let output = client.stdout.take().expect("piped");
    BufReader::new(output).read_line(&mut said).expect("it says something");
    assert_eq!(said, "deaf\n");
    assert_eq!(numbers(&server, "room/1", "gone").len(), 1);
    assert_eq!(ask(&server, "send?topic=room/1&data=x"), super::buffered(1));
    let deadline = Duration::from_secs(60);
    wait::until("the dead client to be given up", deadline, || {
        numbers(&server, "room/1", "gone").is_empty().then_some(())
    });
    drop(client.stdin.take());
    client.wait().expect("our own child");
}

#[test]
fn many_who_come_and_go_leave_nothing_behind() {
    let server = start();
    let before = (server.resident_bytes(), server.descriptors());
    for _ in 0..20 {
        let listeners: Vec<Listener> = (0..50).map(|_| listen(&server, "topic=room/1")).collect();
        ask(&server, "send?topic=room/1&size=1000");
        drop(listeners);
    }
    wait::until("all to be gone", Duration::from_secs(20), || {
        (ask(&server, "listeners?topic=room/1").is_empty() && server.descriptors() <= before.1 + 5).then_some(())
    });
    server.expect_growth_below(before.0, 32 << 20);
}
