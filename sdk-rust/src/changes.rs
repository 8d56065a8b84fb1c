//! What was committed to tables, row by row, in order. What is promised and what is not: `wit/changes.wit`.
//!
//! ```no_run
//! use guesthouse::changes::{Error, Log};
//!
//! async fn follow() -> Result<(), Error> {
//!     let log = Log::open("main", &["entry"])?;
//!     let mut position = log.end();
//!     loop {
//!         let batch = log.read(position, 100).await?;
//!         for change in &batch.changes {
//!             println!("{:?} of {}", change.operation, batch.tables[change.table as usize].name);
//!         }
//!         position = batch.next;
//!     }
//! }
//! ```

use crate::bindings::guesthouse::host::changes as host;
use std::fmt;

pub use host::{Batch, Change, Operation, Position, Table};

/// Why there is no log to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No grant lets the component read this table.
    Denied(String),
    /// Changes may have been missed. Read the tables afresh, and go on from here.
    FellBehind(Position),
    /// The component has too many logs open.
    TooMany(String),
    /// Something else.
    Other(String),
}

/// The log of one database, as far as it concerns some tables.
pub struct Log(host::Log);

impl Log {
    /// Opens the log. The component needs the grant to read the tables.
    pub fn open(database: &str, tables: &[&str]) -> Result<Self, Error> {
        let tables: Vec<String> = tables.iter().map(|table| (*table).into()).collect();
        Ok(Self(host::Log::open(database, &tables)?))
    }

    /// The place after the newest change: take it first, then read rows, and nothing is missed between the two.
    pub fn end(&self) -> Position {
        self.0.end()
    }

    /// The oldest place that can be read from now.
    pub fn start(&self) -> Position {
        self.0.start()
    }

    /// The changes after a position, up to `limit` of them. Waits until there is one; dropping the future loses nothing. A limit of 0
    /// does not wait.
    pub async fn read(&self, position: Position, limit: u32) -> Result<Batch, Error> {
        Ok(self.0.read(position, limit).await?)
    }
}

impl PartialEq for Position {
    fn eq(&self, other: &Self) -> bool {
        (self.epoch, self.number) == (other.epoch, other.number)
    }
}

impl Eq for Position {}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Self {
        match error {
            host::Error::Denied(what) => Self::Denied(what),
            host::Error::FellBehind(oldest) => Self::FellBehind(oldest),
            host::Error::TooMany(limit) => Self::TooMany(limit),
            host::Error::Other(why) => Self::Other(why),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(what) => write!(f, "not granted: {what}"),
            Self::FellBehind(_) => f.write_str("changes may have been missed"),
            Self::TooMany(limit) => write!(f, "too many open logs: {limit}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
