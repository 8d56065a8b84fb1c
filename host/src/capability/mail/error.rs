//! Why a message was not taken.

use super::super::bindings::mail::Error;
use crate::capability::sqlite::{EngineError, MigrationError};

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("not well-formed: {0}")]
    Invalid(String),
    #[error("{0}")]
    TooLarge(String),
    #[error("too much mail waits or was sent just now")]
    TooMany,
    #[error("there is no message {0}; `guesthouse mail list` shows those that there are")]
    Unknown(String),
    #[error("host.db: {0}")]
    Database(EngineError),
    #[error("host.db: {0}")]
    Schema(MigrationError),
    #[error("host.db holds a message that this program cannot read")]
    NotStored,
}

impl From<MailError> for Error {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Invalid(what) => Self::Invalid(what),
            MailError::TooLarge(limit) => Self::TooLarge(limit),
            MailError::TooMany => Self::TooMany,
            MailError::Unknown(_) | MailError::Database(_) | MailError::Schema(_) | MailError::NotStored => {
                tracing::error!(%error, "the outbox cannot be used");
                Self::Other("the outbox cannot be used".into())
            }
        }
    }
}
