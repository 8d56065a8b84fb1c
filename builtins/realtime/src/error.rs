//! Why there is no subscription, and the one map from it to a status and a body: those of record APIs, and what only
//! subscriptions know.

use guesthouse::http::Response;
use guesthouse::{changes, sse};
use record_api::error::Error as RecordError;

/// Why somebody may not listen, or cannot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Record(RecordError),
    #[error("there are as many listeners as there may be, try again later")]
    TooManyListeners,
    #[error("there are as many tables listened to as there may be")]
    TooManyTables,
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<sse::Error> for Error {
    fn from(error: sse::Error) -> Self {
        match error {
            sse::Error::TooManyListeners => Self::TooManyListeners,
            sse::Error::TooLarge(_) => Self::Record(RecordError::TooLarge),
            other => Self::Record(RecordError::Internal(format!("nobody can listen: {other}"))),
        }
    }
}

impl From<changes::Error> for Error {
    fn from(error: changes::Error) -> Self {
        match error {
            changes::Error::Denied(what) => {
                eprintln!("no grant covers what a subscription needs: {what}");
                Self::Record(RecordError::Forbidden)
            }
            changes::Error::TooMany(limit) => {
                eprintln!("too many tables are listened to: {limit}");
                Self::TooManyTables
            }
            other => Self::Record(RecordError::Internal(format!("changes cannot be read: {other}"))),
        }
    }
}

impl Error {
    /// The answer to the client.
    pub fn into_response(self) -> Response {
        match self {
            Self::Record(error) => error.into_response(),
            Self::TooManyListeners | Self::TooManyTables => {
                Response::text(503, &self.to_string()).with_header("retry-after", "10")
            }
        }
    }
}
