//! The rows of the table, the same in every server: what row number n holds.

use serde::Serialize;

/// Rows in the table before anything is measured.
pub const PRELOADED: u64 = 1_000;
/// Preloaded rows are spread over so many ages, 50 rows each, so that a list of 20 is a part of what its filter matches.
pub const AGES: u64 = 20;
/// Rows that the load inserts carry an age that no list asks for: a list finds the same rows however many were inserted.
const AGE_OF_INSERTED: u64 = 1_000;
const FIRST_CREATED: u64 = 1_700_000_000;

#[derive(Debug, Serialize)]
pub struct Row {
    /// Only where the server does not number rows by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub name: String,
    pub age: u64,
    pub score: f64,
    pub note: String,
    pub created: u64,
}

/// What an update changes: neither column is in the index, as with most updates.
#[derive(Debug, Serialize)]
pub struct Change {
    pub score: f64,
    pub note: String,
}

impl Row {
    pub fn preloaded(number: u64) -> Self {
        Self {
            age: number % AGES,
            ..Self::inserted(number)
        }
    }

    pub fn inserted(number: u64) -> Self {
        Self {
            id: None,
            name: format!("item {number:06}"),
            age: AGE_OF_INSERTED,
            score: score(number),
            note: note(number),
            created: FIRST_CREATED + number * 60,
        }
    }
}

impl Change {
    pub fn numbered(number: u64) -> Self {
        Self {
            score: score(number),
            note: note(number),
        }
    }
}

/// The number of the row that was created then.
pub fn number_of_created(created: u64) -> Option<u64> {
    Some(created.checked_sub(FIRST_CREATED)? / 60)
}

/// The number of a preloaded row; successive requests go to rows that do not lie side by side.
pub fn spread(number: u64) -> u64 {
    1 + number.wrapping_mul(7_919) % PRELOADED
}

/// Never a whole number, so that every server writes it the same way.
fn score(number: u64) -> f64 {
    (number % 100_000) as f64 + 0.25
}

fn note(number: u64) -> String {
    format!("A remark of ordinary length about the item with the number {number}.")
}
