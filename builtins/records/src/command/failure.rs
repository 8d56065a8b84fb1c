//! What a subcommand can fail of, in words for whoever typed it.

use guesthouse::sqlite::{Error as DatabaseError, HostError};
use record_api::error::Error;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("there is no API `{name}`; {}", those(.known))]
    Unknown { name: String, known: Vec<String> },
    #[error("there is no API `{0}` yet; name the table of a new one with `--table`")]
    NewWithoutTable(String),
    #[error("nothing is to be set; `guesthouse api set --help` lists what can be")]
    NothingToSet,
    /// The database does not take the row. The text says which column, why and where.
    #[error("{0}")]
    Refused(String),
    #[error("the database failed: {0}")]
    Database(DatabaseError),
    #[error("an API cannot be read: {0}")]
    Api(#[from] Error),
}

fn those(names: &[String]) -> String {
    match names.is_empty() {
        true => "there is none at all: `guesthouse api set NAME --table TABLE` makes one".into(),
        false => format!("there are {}", names.join(", ")),
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Host(HostError::Constraint(constraint)) => Self::Refused(constraint.message),
            error => Self::Database(error),
        }
    }
}
