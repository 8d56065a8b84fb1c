//! What was committed, row by row: captured on the writing connection, kept in a window, read by position.

mod buffer;
mod capture;
mod log;
mod reader;
mod shape;

use std::sync::Arc;

pub use super::ffi::Operation;
use super::value::Value;

pub use capture::Capture;
pub use log::Log;
pub use reader::{Batch, BatchChange, Changes};
use shape::Shape;

/// A place between two changes of one database's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which log it is a place in.
    pub epoch: u64,
    /// The number of the last change before it.
    pub number: u64,
}

/// Why there is no log to read: the errors of `wit/changes.wit`, case by case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChangesError {
    /// No grant covers what the text names.
    #[error("denied: {0}")]
    Denied(String),
    /// Changes may have been missed; what is given is the oldest position that can be read from.
    #[error("the position is out of the window")]
    FellBehind(Position),
    /// A limit was crossed; the text names it.
    #[error("too many: {0}")]
    TooMany(String),
    /// The log cannot be read.
    #[error("{0}")]
    Other(String),
}

/// A change of one row. Copying it copies no values.
#[derive(Clone, Debug)]
pub struct Change {
    number: u64,
    /// The number of the last change of the same transaction.
    transaction_end: u64,
    table: Arc<Shape>,
    operation: Operation,
    images: Arc<Images>,
}

/// The values of a row before and after a change, for each of the table's columns; none for an insert, and for a deletion.
#[derive(Debug)]
pub struct Images {
    before: Vec<Value>,
    after: Vec<Value>,
}

impl Images {
    /// The memory that a change with these images takes.
    fn bytes(&self) -> usize {
        const WITHOUT_VALUES: usize = 128;
        let values = self.before.iter().chain(&self.after);
        WITHOUT_VALUES
            + values
                .map(|value| match value {
                    Value::Text(text) => size_of::<Value>() + text.len(),
                    Value::Blob(bytes) => size_of::<Value>() + bytes.len(),
                    Value::Null | Value::Integer(_) | Value::Real(_) => size_of::<Value>(),
                })
                .sum::<usize>()
    }
}
