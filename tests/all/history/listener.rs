//! One that listens, goes away when it likes, and comes back where it was.

use super::writer::Operation;
use super::{API, House, LAST_ID, SOON, Table, row};
use guesthouse_tests::events::{Event, Events};
use guesthouse_tests::random::Random;
use guesthouse_tests::wait;
use serde_json::Value;

/// What was heard without a break.
#[derive(Default)]
pub struct Segment {
    pub history: Vec<Operation>,
    /// The rows, as far as this listener knows them.
    pub table: Table,
}

/// A listener, and what it knows.
struct Listener<'a> {
    house: &'a House,
    last_id: String,
    /// The number of the last event on this connection.
    seq: i64,
    segments: Vec<Segment>,
}

/// A new subscription that can be resumed.
pub fn subscribe(house: &House) -> Events {
    open(house, "")
}

fn open(house: &House, last_id: &str) -> Events {
    let path = format!("{API}/subscribe/*");
    let events = wait::until("a stream", SOON, || {
        Events::try_open(house.server().address, &path, &[("last-event-id", last_id)]).ok()
    });
    assert_eq!(events.head.status, 200, "{:?}", events.head);
    events
}

/// Listens until the last row of all was written.
pub fn run(house: &House, mut stream: Events, seed: u64) -> Vec<Segment> {
    let mut random = Random::new(seed);
    let mut listener = Listener {
        house,
        last_id: String::new(),
        seq: 0,
        segments: vec![Segment::default()],
    };
    loop {
        // Some stay for long, and all until they know where they are.
        let mut left = random.below(if seed.is_multiple_of(10) { 1000 } else { 100 });
        while left > 0 || listener.last_id.is_empty() {
            // A stream that ends or breaks is one to come back to.
            let Ok(Some(event)) = stream.next_event() else { break };
            listener.hear(&event);
            if listener.has_heard_all() {
                return listener.segments;
            }
            left = left.saturating_sub(1);
        }
        stream = open(house, &listener.last_id);
        listener.seq = 0;
    }
}

impl Listener<'_> {
    fn hear(&mut self, event: &Event) {
        if let Some(id) = &event.id {
            self.last_id = id.clone();
        }
        if event.data.is_none() {
            return;
        }
        assert!(event.id.is_some(), "an event without an id: {event:?}");
        let value = event.json();
        self.seq += 1;
        assert_eq!(value["seq"], self.seq, "a number is missing or repeated");
        match operation(&value) {
            Some(operation) => {
                let segment = self.segments.last_mut().expect("there is one");
                operation.apply(&mut segment.table);
                segment.history.push(operation);
            }
            None => {
                assert_eq!(value["Error"]["status"], 2, "{value}");
                // What was missed is in the table; what is heard from here on may be there already.
                let table = self.house.table();
                self.segments.push(Segment {
                    history: Vec::new(),
                    table,
                });
            }
        }
    }

    fn has_heard_all(&self) -> bool {
        let segment = self.segments.last().expect("there is one");
        segment.table.contains_key(&LAST_ID)
    }
}

fn operation(value: &Value) -> Option<Operation> {
    let of = |kind: &str| value.get(kind).map(row);
    let insert = of("Insert").map(|(id, number)| Operation::Insert(id, number));
    let update = || of("Update").map(|(id, number)| Operation::Update(id, number));
    let delete = || of("Delete").map(|(id, number)| Operation::Delete(id, number));
    insert.or_else(update).or_else(delete)
}
