//! What can go wrong with the logs.

use crate::capability::sqlite::{EngineError, MigrationError};

#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    #[error("logs.db: {0}")]
    Database(EngineError),
    #[error("logs.db: {0}")]
    Schema(MigrationError),
    #[error("logs.db holds a line that this program cannot read")]
    NotStored,
    #[error("too many wait for lines of logs already; try again in a moment")]
    TooManyWait,
    #[error("the server stops")]
    Stopping,
}

impl LogsError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            LogsError::Database(_) | LogsError::Schema(_) | LogsError::NotStored => "internal",
            LogsError::TooManyWait => "busy",
            LogsError::Stopping => "stopping",
        }
    }
}
