//! Clients that go away at any moment: nothing of what they asked for stays, and everybody else is served.

use guesthouse_tests::faults::Faults;
use guesthouse_tests::random::Random;
use guesthouse_tests::raw::{self, Raw};
use guesthouse_tests::{Server, wait};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::limits::transactions::expect_free_writer;
use crate::notes;

/// Those who ask at the same time.
const CLIENTS: usize = 8;
/// More than may be inside a component at once on two cores: the rest of them waits.
const QUEUE: usize = 200;
/// As long as somebody waits, at most, before they go.
const PATIENCE_MAX: Duration = Duration::from_millis(20);
const MIB: u64 = 1 << 20;
/// What may be more than before when all is over.
const GROWTH_MIB_MAX: u64 = 64;
const DESCRIPTORS_MORE_MAX: usize = 16;

/// The head of an answer comes at once, and the body in an hour.
const SILENCE: &str = "/sleeper/body?3600000";
/// More than the server has places for instances.
const PLACES: usize = 600;

/// What somebody asks for and does not wait for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    /// A transaction that has written and is not over for long.
    Transaction,
    /// A body without an end.
    Body,
    /// A body that does not begin for long.
    Silence,
    /// Their own body back, which they do not send to its end.
    Echo,
    /// A stream of rows of a database.
    Rows,
    /// A new note.
    Note,
    /// Events.
    Events,
    /// Something, but they do not say what.
    Half,
}

const ALL: [Asked; 8] = [
    Asked::Transaction,
    Asked::Body,
    Asked::Silence,
    Asked::Echo,
    Asked::Rows,
    Asked::Note,
    Asked::Events,
    Asked::Half,
];

#[test]
fn requests_that_are_cancelled_leave_nothing_behind_and_hinder_nobody() {
    let mut faults = Faults::begin("cancelled requests");
    let requests = faults.either(2000, 10_000);
    let server = start();
    let (descriptors, notes) = (server.descriptors(), AtomicI64::new(0));
    // What is made once is made by then.
    cancel(&server, 2 * QUEUE, &mut faults.random, &notes);
    expect_connections_to_go(&server, descriptors);
    let before = server.resident_bytes();
    cancel(&server, requests, &mut faults.random, &notes);
    let took = expect_free_writer(&server);
    expect_notes_once(&server, notes.into_inner());
    expect_served(&server);
    expect_connections_to_go(&server, descriptors);
    let after = server.resident_bytes();
    server.expect_growth_below(before, GROWTH_MIB_MAX * MIB);
    server.expect_sound("main");
    faults.done(&format!(
        "{requests} cancelled, then a write took {took:.1?}; from {} to {} MiB",
        before / MIB,
        after / MIB
    ));
}

#[test]
fn clients_that_go_away_before_the_body_begins_leave_room_for_others() {
    let server = Server::start();
    server.deploy("sleeper");
    for _ in 0..PLACES {
        let mut connection = ask(server.address(), format!("GET {SILENCE} HTTP/1.1\r\nhost: a\r\n\r\n"));
        assert_eq!(raw::status(&connection.read_head()), 200);
    }
    let answer = server.get("/sleeper/wait?1");
    answer.expect(200, "slept");
    assert!(answer.took < Duration::from_secs(3), "it took {:?}", answer.took);
    server.get("/api/auth/v1/status").expect_status(200);
}

fn start() -> Server {
    let subscriptions = "UPDATE _record_api SET enable_subscriptions = 1 WHERE name = 'notes';";
    let server = notes::prepare()
        .migration("U2__subscriptions.sql", subscriptions)
        .start();
    for guest in ["sleeper", "echo", "big-result"] {
        server.deploy(guest);
    }
    server
}

/// Those of databases stay open once they were needed; each of hundreds of connections has one.
#[track_caller]
fn expect_connections_to_go(server: &Server, before: usize) {
    wait::until("the connections to go", Duration::from_secs(20), || {
        (server.descriptors() <= before + DESCRIPTORS_MORE_MAX).then_some(())
    });
}

/// Sends so many requests and goes away each time; half of them wait in a queue.
fn cancel(server: &Server, requests: usize, random: &mut Random, notes: &AtomicI64) {
    let (address, left) = (server.address(), AtomicUsize::new(requests / 2));
    let left = &left;
    std::thread::scope(|scope| {
        let mut own = random.fork();
        scope.spawn(move || (0..requests / 2 / QUEUE).for_each(|_| cancel_in_queue(address, &mut own)));
        for _ in 0..CLIENTS {
            let mut own = random.fork();
            scope.spawn(move || {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    cancel_one(address, *own.one_of(&ALL), &mut own, notes);
                }
            });
        }
    });
}

/// Asks so often that not all can be served at once, and goes away one by one, in any order.
fn cancel_in_queue(address: SocketAddr, random: &mut Random) {
    let mut waiting: Vec<Raw> = (0..QUEUE)
        .map(|_| ask(address, "GET /sleeper/wait?20000 HTTP/1.1\r\nhost: a\r\n\r\n"))
        .collect();
    while !waiting.is_empty() {
        let one = random.below(waiting.len() as u64) as usize;
        drop(waiting.swap_remove(one));
        if random.below(10) == 0 {
            be_patient(random);
        }
    }
}

fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Raw {
    let mut connection = Raw::connect(address);
    connection.send(request);
    connection
}

fn be_patient(random: &mut Random) {
    std::thread::sleep(Duration::from_micros(random.below(PATIENCE_MAX.as_micros() as u64)));
}

/// Asks for something and goes away.
fn cancel_one(address: SocketAddr, asked: Asked, random: &mut Random, notes: &AtomicI64) {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    let post = |path: &str, length: usize, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    let request = match asked {
        Asked::Transaction => get("/sleeper/transaction?60000"),
        Asked::Body => get("/echo/endless"),
        Asked::Silence => get(SILENCE),
        Asked::Echo => post("/echo/stream", 1 << 20, &"x".repeat(100_000)),
        Asked::Rows => get("/big-result/read?300000"),
        Asked::Note => {
            let text = format!("{{\"text\": \"note {}\"}}", notes.fetch_add(1, Ordering::Relaxed));
            post(notes::PATH, text.len(), &text)
        }
        Asked::Events => get(&format!("{}/subscribe/*", notes::PATH)),
        Asked::Half => format!("GET {} HTTP/1.1\r\nhost:", notes::PATH),
    };
    let mut connection = ask(address, request);
    if matches!(asked, Asked::Body | Asked::Echo) {
        // Some of them see a part of the answer.
        let parts = random.below(4);
        (0..parts).all(|_| connection.read_some());
    }
    if asked == Asked::Silence {
        connection.read_head();
    }
    be_patient(random);
}

/// No note is there twice, whether or not somebody waited for it.
#[track_caller]
fn expect_notes_once(server: &Server, notes: i64) {
    let doubled = server.rows(
        "main",
        "SELECT text, count(*) FROM note GROUP BY text HAVING count(*) > 1",
    );
    assert!(doubled.is_empty(), "{doubled:?}");
    let there = notes::count(server);
    assert!(there <= notes, "{there} notes, {notes} asked for");
}

/// All that was cancelled is done for those who wait for it.
#[track_caller]
fn expect_served(server: &Server) {
    server.get("/sleeper/transaction?1").expect(200, "committed");
    server.get("/big-result/read?1000").expect(200, "1000");
    server
        .request("POST", "/echo/stream")
        .body("back")
        .send()
        .expect(200, "back");
    server.get(notes::PATH).expect_status(200);
    assert_eq!(server.events(&format!("{}/subscribe/*", notes::PATH)).head.status, 200);
}
