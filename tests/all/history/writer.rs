//! One that writes: inserts, updates and deletes rows of its own, and knows which of its writes were acknowledged.

use super::{API, House, OPERATIONS, Table, send_to};
use guesthouse_tests::Answer;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

/// The ids of a writer's rows begin at so many times its number.
const IDS_EACH: i64 = 1_000_000;

/// One change of one row, with its number before (of a delete) or after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    Insert(i64, i64),
    Update(i64, i64),
    Delete(i64, i64),
}

impl Operation {
    pub fn apply(&self, table: &mut Table) {
        match *self {
            Self::Insert(id, number) | Self::Update(id, number) => drop(table.insert(id, number)),
            Self::Delete(id, _) => drop(table.remove(&id)),
        }
    }

    /// Who did it.
    pub fn writer(&self) -> i64 {
        let (Self::Insert(id, _) | Self::Update(id, _) | Self::Delete(id, _)) = *self;
        id / IDS_EACH
    }
}

/// What a writer has written, in order.
pub struct Written {
    pub writer: i64,
    /// Before the server was killed; the last one perhaps without having been told so.
    pub before: Vec<Operation>,
    pub after: Vec<Operation>,
}

/// Writes: two rows, an update of the first, an end of the second, and again.
pub fn run(house: &House, writer: i64) -> Written {
    let mut written = Written {
        writer,
        before: Vec::new(),
        after: Vec::new(),
    };
    for number in 0..OPERATIONS {
        let first = writer * IDS_EACH + number / 4 * 2;
        let operation = match number % 4 {
            0 => Operation::Insert(first, number),
            1 => Operation::Insert(first + 1, number),
            2 => Operation::Update(first, number),
            _ => Operation::Delete(first + 1, number - 2),
        };
        if do_once(house, &operation) {
            written.after.push(operation);
        } else {
            written.before.push(operation);
        }
        house.done.fetch_add(1, Ordering::Relaxed);
    }
    written
}

/// Does it; says whether that was after the server was killed.
fn do_once(house: &House, operation: &Operation) -> bool {
    let server = house.server();
    if let Some(answer) = attempt(server.address, operation) {
        answer.expect_status(200);
        return server.was_killed;
    }
    assert!(!server.was_killed, "the server was killed once");
    if is_done(house, operation) {
        return false;
    }
    let again = attempt(house.server().address, operation);
    again.expect("the server runs again").expect_status(200);
    true
}

fn attempt(address: SocketAddr, operation: &Operation) -> Option<Answer> {
    match operation {
        Operation::Insert(id, number) => send_to(address, "POST", API, Some(&json!({ "id": id, "number": number }))),
        Operation::Update(id, number) => send_to(
            address,
            "PATCH",
            &format!("{API}/{id}"),
            Some(&json!({ "number": number })),
        ),
        Operation::Delete(id, _) => send_to(address, "DELETE", &format!("{API}/{id}"), None),
    }
}

/// Whether what nobody acknowledged was done all the same.
fn is_done(house: &House, operation: &Operation) -> bool {
    let (Operation::Insert(id, number) | Operation::Update(id, number) | Operation::Delete(id, number)) = operation;
    let answer = house.send("GET", &format!("{API}/{id}"), None);
    match operation {
        Operation::Insert(..) => answer.status == 200,
        Operation::Update(..) => answer.expect_status(200).json()["number"] == json!(number),
        Operation::Delete(..) => answer.status == 404,
    }
}
