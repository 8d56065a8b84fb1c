//! Steady load of all kinds, and somebody who listens all the time.

use crate::accounts::{self, ALICE};
use guesthouse_tests::events::Events;
use guesthouse_tests::faults::Faults;
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, http};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// Of all clients together.
pub const REQUESTS_PER_SECOND: u32 = 500;
/// So much of the pace is caught up with after a break.
const BEHIND_MAX: u32 = 10;
pub const TABLES: &str = "
    CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    INSERT INTO note (text) VALUES ('hello');
    INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions) VALUES ('notes', 'note', 'CREATE,READ', 1);
    INSERT INTO _record_api (name, table_name, acl_authenticated) VALUES ('known', 'note', 'READ');";
const NOTES: &str = "/api/records/v1/notes";
/// The text of the note that is written when all is over.
const LAST: &str = "the last one";

/// What clients ask for beside creating notes, each as often as the others; and whether as somebody who is signed in.
const ASKED: [(&str, bool); 5] = [
    ("/api/records/v1/notes/1", false),
    ("/api/records/v1/notes?limit=20&order=-id", false),
    ("/api/records/v1/known/1", true),
    ("/api/auth/v1/status", true),
    ("/_/auth/login", false),
];

/// What came of it.
#[derive(Default)]
pub struct Outcome {
    pub requests: usize,
    /// Those without a good answer: what was asked, when, and why not.
    pub failed: Vec<String>,
    /// The notes that were acknowledged, and those that the listener heard of.
    pub created: Vec<i64>,
    pub heard: Vec<i64>,
    /// How often the listener had to come back.
    pub resumed: usize,
}

/// What all clients share.
pub struct Load<'a> {
    address: SocketAddr,
    bearer: String,
    is_over: AtomicBool,
    /// What is being done to the server, for whoever sees a failure.
    pub doing: &'a Mutex<String>,
}

/// Ends the clients, also where what is done meanwhile panics: they would be waited for.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does something to a server under load.
#[track_caller]
pub fn under_load<T>(
    server: &Server,
    faults: &mut Faults,
    doing: &Mutex<String>,
    change: impl FnOnce(&mut Random) -> T,
) -> (T, Outcome) {
    let load = Load {
        address: server.address(),
        bearer: accounts::sign_in(server, ALICE).bearer(),
        is_over: AtomicBool::new(false),
        doing,
    };
    let stream = listen(load.address, "");
    std::thread::scope(|scope| {
        let heard = scope.spawn(|| hear_all(load.address, stream));
        let client = |random| scope.spawn(|| load.send_all(random));
        let clients: Vec<_> = (0..CLIENTS).map(|_| client(faults.random.fork())).collect();
        let over = Over(&load.is_over);
        let changed = change(&mut faults.random);
        drop(over);
        let mut outcome = Outcome::default();
        for client in clients {
            let own = client.join().expect("a client does not panic");
            outcome.requests += own.requests;
            outcome.failed.extend(own.failed);
            outcome.created.extend(own.created);
        }
        load.send(&http::client(0), None, LAST, &mut outcome);
        (outcome.heard, outcome.resumed) = heard.join().expect("the listener hears everything");
        outcome.created.sort_unstable();
        (changed, outcome)
    })
}

impl Load<'_> {
    /// Sends requests of all kinds at a steady pace.
    fn send_all(&self, mut random: Random) -> Outcome {
        let client = http::client(1);
        let pace = Duration::from_secs(1) * CLIENTS as u32 / REQUESTS_PER_SECOND;
        let (mut next, mut outcome) = (Instant::now(), Outcome::default());
        while !self.is_over.load(Ordering::Relaxed) {
            let asked = ASKED.get(random.below(ASKED.len() as u64 + 1) as usize);
            self.send(&client, asked.copied(), "a note", &mut outcome);
            next = (next + pace).max(Instant::now() - pace * BEHIND_MAX);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        outcome
    }

    /// Asks for something, or creates a note with this text.
    fn send(&self, client: &ureq::Agent, asked: Option<(&str, bool)>, text: &str, outcome: &mut Outcome) {
        let (path, is_signed_in) = asked.unwrap_or((NOTES, false));
        let (url, begun) = (format!("http://{}{path}", self.address), Instant::now());
        let answer = match asked {
            Some(_) if is_signed_in => client.get(url).header("authorization", &self.bearer).call(),
            Some(_) => client.get(url).call(),
            None => client
                .post(url)
                .header("content-type", "application/json")
                .send(json!({ "text": text }).to_string()),
        };
        let read = answer.and_then(|mut answer| Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?)));
        outcome.requests += 1;
        let why = match read {
            // Whoever is signed in is known, at each moment.
            Ok((200, body)) if path.ends_with("/status") && body.contains("\"auth_token\":null") => body,
            Ok((200, body)) => {
                outcome.created.extend(created(&body));
                return;
            }
            Ok((status, body)) => format!("{status} {body}"),
            Err(error) => error.to_string(),
        };
        let doing = self.doing.lock().expect("nobody panics with it");
        outcome
            .failed
            .push(format!("{path} after {:?}, {doing}: {why}", begun.elapsed()));
    }
}

/// The id of the note that was created, where one was.
fn created(body: &str) -> Option<i64> {
    let answer: Value = serde_json::from_str(body).ok()?;
    answer["ids"][0].as_str()?.parse().ok()
}

/// Listens to all notes, from now on.
#[track_caller]
fn listen(address: SocketAddr, last_id: &str) -> Events {
    let path = format!("{NOTES}/subscribe/*");
    let events = Events::try_open(address, &path, &[("last-event-id", last_id)]).expect("the server answers");
    assert_eq!(events.head.status, 200, "{:?}", events.head);
    events
}

/// The notes of which somebody hears, to the last one. A stream that ends is resumed, as browsers do by themselves.
fn hear_all(address: SocketAddr, mut stream: Events) -> (Vec<i64>, usize) {
    let (mut heard, mut resumed, mut last_id, mut seq) = (Vec::new(), 0, String::new(), 0);
    loop {
        let Some(event) = stream.next_event().expect("a stream ends cleanly") else {
            stream = listen(address, &last_id);
            (resumed, seq) = (resumed + 1, 0);
            continue;
        };
        last_id = event.id.clone().unwrap_or(last_id);
        if event.data.is_none() {
            continue;
        }
        let event = event.json();
        seq += 1;
        assert_eq!(event["seq"], seq, "a number is missing or repeated: {event}");
        let note = &event["Insert"];
        heard.push(note["id"].as_i64().unwrap_or_else(|| panic!("no note, but {event}")));
        if note["text"] == LAST {
            return (heard, resumed);
        }
    }
}
