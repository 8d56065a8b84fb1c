//! What can go wrong in a request, and the one map from it to a status and a body.
//!
//! Bodies are plain text or empty, as the protocol has it. Nothing of the inside goes out, and nothing that tells whether
//! an account exists; what only the operator can mend goes to the log.

use guesthouse::http::{BodyError, Response};
use guesthouse::sqlite::{Error as DatabaseError, HostError};

use crate::limits;
use crate::oauth::failure::Failure;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not known who calls, or what they proved it with is wrong.
    #[error("unauthorized")]
    Unauthorized,
    #[error("forbidden")]
    Forbidden,
    /// The setting that this needs is off, or what was named is not there.
    #[error("there is no such thing")]
    NotFound,
    #[error("somebody has this name already")]
    Conflict,
    #[error("the account is not one that this can be done to")]
    FailedDependency,
    #[error("tried too often")]
    TooManyRequests,
    /// The same, for what may be asked for once in so many seconds.
    #[error("asked for too often: try again in {} minutes", .0 / 60)]
    TooOften(i64),
    /// Too much comes from the client's address.
    #[error("too many requests")]
    AddressBusy,
    #[error("the body must be JSON, and its content-type application/json")]
    NotJson,
    #[error("{0}")]
    WrongShape(String),
    #[error("{0}")]
    MalformedBody(String),
    #[error("Unexpected content type")]
    UnexpectedContentType,
    #[error("the body is larger than {} bytes", limits::BODY_BYTES_MAX)]
    BodyTooLarge,
    #[error("the picture is larger than {} KiB", limits::AVATAR_BYTES_MAX / 1024)]
    PictureTooLarge,
    #[error("invalid redirect")]
    InvalidRedirect,
    #[error("invalid CSRF token: send the csrf_token of the session in the header csrf-token")]
    InvalidRequestToken,
    #[error("sign in again: this is for whoever did so in the last {} minutes, with all their factors", limits::RECENT_SIGN_IN_SEC / 60)]
    SignInAgain,
    #[error("an account has at most {} passkeys: delete one first", limits::PASSKEYS_MAX)]
    TooManyPasskeys,
    /// What the client sent is wrong, and how.
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the password must have at least {0} characters")]
    PasswordTooShort(usize),
    /// Signing in by another server.
    #[error(transparent)]
    Oauth(Failure),
    #[error("the database is busy, try again")]
    Busy,
    #[error("the disk is full")]
    Full,
    /// The text is for the log alone.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden | Self::SignInAgain => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::BodyTooLarge | Self::PictureTooLarge => 413,
            Self::NotJson => 415,
            Self::WrongShape(_) => 422,
            Self::FailedDependency => 424,
            Self::TooManyRequests | Self::TooOften(_) | Self::AddressBusy => 429,
            Self::Internal(_) => 500,
            Self::Busy => 503,
            Self::Full => 507,
            Self::Oauth(failure) => failure.status(),
            _ => 400,
        }
    }

    /// Tells the operator what no client is told.
    pub fn log(&self) {
        eprintln!("{self}");
    }

    /// The same, if it is something that only they can mend.
    pub fn tell_operator(&self) {
        match self {
            Self::Internal(_) => self.log(),
            Self::Oauth(failure) => {
                if let Some(why) = failure.why() {
                    eprintln!("{why}");
                }
            }
            _ => {}
        }
    }

    /// The answer to the client.
    pub fn into_response(self) -> Response {
        self.tell_operator();
        match self.status() {
            403 if self == Self::SignInAgain => Response::text(403, &self.to_string()),
            status @ (401 | 403 | 404 | 405 | 409 | 424 | 500) => Response::text(status, ""),
            429 => {
                let window_sec = match self {
                    Self::TooOften(window_sec) => window_sec,
                    // By then one more may come.
                    Self::AddressBusy => 1,
                    _ => limits::ATTEMPT_WINDOW_SEC,
                };
                Response::text(429, "").with_header("retry-after", &window_sec.to_string())
            }
            503 => Response::text(503, &self.to_string()).with_header("retry-after", "1"),
            status => Response::text(status, &self.to_string()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Oauth(failure)
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Host(HostError::Busy | HostError::TimedOut) => Self::Busy,
            DatabaseError::Host(HostError::Full) => Self::Full,
            other => Self::Internal(format!("the database failed: {other}")),
        }
    }
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::BodyTooLarge,
            BodyError::Malformed(why) => Self::MalformedBody(why),
        }
    }
}
