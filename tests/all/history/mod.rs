//! A history checker: many write, many listen, listeners go away and come back, the server is killed in the middle. Whoever
//! resumes sees every acknowledged write once and in one order, or is told that it does not.

mod listener;
mod writer;

use guesthouse_tests::http::Request;
use guesthouse_tests::{Answer, Server, wait};
use listener::Segment;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use writer::{Operation, Written};

const WRITERS: i64 = 8;
const LISTENERS: u64 = 50;
/// Operations of one writer; the server is killed when half of all are done.
const OPERATIONS: i64 = 200;
/// The row that is written last of all.
const LAST_ID: i64 = 0;
const API: &str = "/api/records/v1/entry";
const TABLE: &str = "
    CREATE TABLE entry (id INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT;
    INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions)
    VALUES ('entry', 'entry', 'CREATE,READ,UPDATE,DELETE', 1);";
/// The server is down for a moment, and the machine is busy.
const SOON: Duration = Duration::from_secs(60);

/// The rows by their ids, as somebody knows them.
type Table = BTreeMap<i64, i64>;

/// What all threads share.
struct House {
    server: RwLock<Reached>,
    done: AtomicUsize,
}

/// Where the server is, and whether it was killed before that.
#[derive(Clone, Copy)]
struct Reached {
    address: SocketAddr,
    was_killed: bool,
}

impl House {
    fn server(&self) -> Reached {
        *self.server.read().expect("nobody panics with it")
    }

    /// Sends a request, or says that the server is not there.
    fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        send_to(self.server().address, method, path, body)
    }

    /// Sends a request until the server is there.
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        wait::until("the server to answer", SOON, || self.try_send(method, path, body))
    }

    /// All rows as they are now.
    fn table(&self) -> Table {
        let answer = self.send("GET", &format!("{API}?limit=1024"), None);
        let rows = answer.expect_status(200).json()["records"].as_array().cloned();
        let rows = rows.expect("a list");
        assert!(rows.len() < 1024, "too many rows for one list");
        rows.iter().map(row).collect()
    }
}

fn send_to(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
    let request = Request::new(address, method, path);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.try_send().ok()
}

fn row(row: &Value) -> (i64, i64) {
    let number = |name: &str| row[name].as_i64().expect("a whole number");
    (number("id"), number("number"))
}

#[test]
fn everybody_who_resumes_sees_one_complete_history() {
    let mut server = Server::prepare().migration("U1__entry.sql", TABLE).start();
    let house = House {
        server: RwLock::new(Reached {
            address: server.address(),
            was_killed: false,
        }),
        done: AtomicUsize::new(0),
    };
    let (written, heard) = std::thread::scope(|scope| {
        let house = &house;
        // All listen before the first write, so that all hear of everything.
        let streams: Vec<_> = (0..LISTENERS).map(|_| listener::subscribe(house)).collect();
        let listeners: Vec<_> = (0..)
            .zip(streams)
            .map(|(seed, stream)| scope.spawn(move || listener::run(house, stream, seed)))
            .collect();
        let writers: Vec<_> = (1..=WRITERS)
            .map(|writer| scope.spawn(move || writer::run(house, writer)))
            .collect();
        let half = (WRITERS * OPERATIONS / 2) as usize;
        wait::until("half of the writes", SOON, || {
            (house.done.load(Ordering::Relaxed) >= half).then_some(())
        });
        server.kill();
        server.start_again();
        *house.server.write().expect("nobody panics with it") = Reached {
            address: server.address(),
            was_killed: true,
        };
        let written: Vec<Written> = writers
            .into_iter()
            .map(|writer| writer.join().expect("it has written"))
            .collect();
        let last = json!({ "id": LAST_ID, "number": 0 });
        house.send("POST", API, Some(&last)).expect_status(200);
        let heard: Vec<Vec<Segment>> = listeners
            .into_iter()
            .map(|one| one.join().expect("it has heard"))
            .collect();
        (written, heard)
    });
    let table = house.table();
    assert_acknowledged(&written, &table);
    for (listener, segments) in heard.iter().enumerate() {
        let last = segments.last().expect("a listener has one");
        assert_eq!(last.table, table, "listener {listener} knows other rows");
        assert_eq!(
            segments.len(),
            2,
            "listener {listener} is told once, that the server was killed"
        );
    }
    assert_one_order(heard.iter().map(|segments| &segments[0].history), Cut::End);
    assert_one_order(
        heard.iter().map(|segments| &segments[segments.len() - 1].history),
        Cut::Start,
    );
    assert_of_writers(&written, &heard);
}

/// Every acknowledged write is in the table.
fn assert_acknowledged(written: &[Written], table: &Table) {
    let mut expected = Table::from([(LAST_ID, 0)]);
    for written in written {
        written
            .before
            .iter()
            .chain(&written.after)
            .for_each(|operation| operation.apply(&mut expected));
    }
    assert_eq!(&expected, table, "the table is not what was acknowledged");
}

/// Where histories of the same time may differ in length.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// Where the server was killed.
    End,
    /// Where they learnt of that.
    Start,
}

/// All are parts of one and the same order.
fn assert_one_order<'a>(histories: impl Iterator<Item = &'a Vec<Operation>> + Clone, cut: Cut) {
    let longest = histories
        .clone()
        .max_by_key(|history| history.len())
        .expect("somebody listened");
    for history in histories {
        let part = match cut {
            Cut::End => &longest[..history.len()],
            Cut::Start => &longest[longest.len() - history.len()..],
        };
        assert_eq!(history, part, "two listeners heard of another order");
    }
}

/// What was heard of each writer is what it wrote, in its order: from the start, and up to the end.
fn assert_of_writers(written: &[Written], heard: &[Vec<Segment>]) {
    for written in written {
        let of_this = |history: &[Operation]| -> Vec<Operation> {
            let own = history.iter().filter(|operation| operation.writer() == written.writer);
            own.cloned().collect()
        };
        for segments in heard {
            let first = of_this(&segments[0].history);
            assert_eq!(first, written.before[..first.len()], "the start of what a writer wrote");
            let last = of_this(&segments[segments.len() - 1].history);
            let from = written
                .after
                .len()
                .checked_sub(last.len())
                .expect("no more than it wrote");
            assert_eq!(last, written.after[from..], "the end of what a writer wrote");
        }
    }
}
