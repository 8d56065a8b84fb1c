//! Why a call to the engine failed, and how SQLite's result codes become that.

use rusqlite::ffi as sqlite;

/// What a constraint that refused a write was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    Check,
    ForeignKey,
    NotNull,
    PrimaryKey,
    Trigger,
    Unique,
    Rowid,
    DataType,
    Other,
}

/// The errors of `wit/sqlite.wit`, case by case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// No grant covers what the text names.
    #[error("denied: {0}")]
    Denied(String),
    /// A constraint refused the write.
    #[error("{message}")]
    Constraint { kind: ConstraintKind, message: String },
    /// The statement does not compile, its parameters do not fit, or evaluating it failed.
    #[error("{0}")]
    Sql(String),
    /// A statement of a batch that had to affect a row did not; its index from 0.
    #[error("statement {0} affected no row")]
    Unmet(u32),
    /// A limit was crossed; the text names it.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The statement ran longer than its time limit.
    #[error("the statement ran longer than its time limit")]
    TimedOut,
    /// The writer stayed taken, or too many calls wait already.
    #[error("the database is busy")]
    Busy,
    /// The transaction has ended.
    #[error("the transaction has ended")]
    Closed,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database file cannot be read or written.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// Maps an extended result code and SQLite's message. Denials never come here: the authorizer remembers them.
    pub fn from_code(extended: i32, message: String) -> Self {
        match extended & 0xff {
            sqlite::SQLITE_CONSTRAINT => Error::Constraint {
                kind: constraint_kind(extended),
                message,
            },
            // A value of the wrong type for an INTEGER PRIMARY KEY; STRICT columns have a constraint code of their own.
            sqlite::SQLITE_MISMATCH => Error::Constraint {
                kind: ConstraintKind::DataType,
                message,
            },
            sqlite::SQLITE_TOOBIG => Error::TooLarge(message),
            sqlite::SQLITE_INTERRUPT => Error::TimedOut,
            sqlite::SQLITE_BUSY | sqlite::SQLITE_LOCKED => Error::Busy,
            sqlite::SQLITE_FULL => Error::Full,
            sqlite::SQLITE_AUTH => Error::Denied("this operation".into()),
            sqlite::SQLITE_IOERR
            | sqlite::SQLITE_CORRUPT
            | sqlite::SQLITE_NOTADB
            | sqlite::SQLITE_CANTOPEN
            | sqlite::SQLITE_NOMEM
            | sqlite::SQLITE_PERM
            | sqlite::SQLITE_PROTOCOL => {
                tracing::error!(code = extended, message, "the database file failed");
                Error::Other("the database file cannot be read or written".into())
            }
            sqlite::SQLITE_READONLY => Error::Denied("write".into()),
            _ => Error::Sql(message),
        }
    }

    /// Maps an error of the wrapper crate, which only the engine's own statements can give.
    pub fn from_wrapper(error: &rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, message) => Self::from_code(
                failure.extended_code,
                message.clone().unwrap_or_else(|| failure.to_string()),
            ),
            other => Error::Other(other.to_string()),
        }
    }
}

fn constraint_kind(extended: i32) -> ConstraintKind {
    match extended {
        sqlite::SQLITE_CONSTRAINT_CHECK => ConstraintKind::Check,
        sqlite::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
        sqlite::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
        sqlite::SQLITE_CONSTRAINT_PRIMARYKEY => ConstraintKind::PrimaryKey,
        sqlite::SQLITE_CONSTRAINT_TRIGGER => ConstraintKind::Trigger,
        sqlite::SQLITE_CONSTRAINT_UNIQUE => ConstraintKind::Unique,
        sqlite::SQLITE_CONSTRAINT_ROWID => ConstraintKind::Rowid,
        SQLITE_CONSTRAINT_DATATYPE => ConstraintKind::DataType,
        _ => ConstraintKind::Other,
    }
}

/// Not in the bindings of this version.
const SQLITE_CONSTRAINT_DATATYPE: i32 = sqlite::SQLITE_CONSTRAINT | (12 << 8);
