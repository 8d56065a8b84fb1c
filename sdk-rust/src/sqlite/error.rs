//! Why a call to a database did nothing.

use crate::bindings::guesthouse::host::sqlite as host;
use std::fmt;

/// An error of the database. Its text may hold names of tables: show it to a client only where they may know them.
#[derive(Debug, Clone)]
pub enum Error {
    /// What the host answered; its cases are documented in the contract.
    Host(host::Error),
    /// A column was read as a type that its value is not.
    Type(String),
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Self {
        Self::Host(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(why) => f.write_str(why),
            Self::Host(error) => match error {
                host::Error::Denied(what) => write!(f, "not granted: {what}"),
                host::Error::Constraint(constraint) => f.write_str(&constraint.message),
                host::Error::Sql(message) | host::Error::TooLarge(message) | host::Error::Other(message) => {
                    f.write_str(message)
                }
                host::Error::Unmet(index) => write!(f, "statement {index} of the batch affected no row"),
                host::Error::TimedOut => f.write_str("the statement took too long"),
                host::Error::Busy => f.write_str("the database is busy"),
                host::Error::Closed => f.write_str("the transaction has ended"),
                host::Error::Full => f.write_str("the disk is full"),
            },
        }
    }
}

impl std::error::Error for Error {}
