//! Secrets that the component's grants name: keys, passwords of other services. Limits and errors: `wit/secrets.wit`.
//!
//! What is returned is the value itself: keep it out of logs, answers and error texts.

use crate::bindings::guesthouse::host::secrets as host;
use std::fmt;

pub use host::Error as HostError;

/// Why a call did nothing. No value is in it.
#[derive(Debug, Clone)]
pub struct Error(pub HostError);

/// The secret; none where it is granted and nobody has set it.
pub fn get(name: &str) -> Result<Option<Vec<u8>>, Error> {
    host::get(name).map_err(Error)
}

/// The secret; where there is none, so many random bytes become it first.
pub async fn get_or_generate(name: &str, length: u32) -> Result<Vec<u8>, Error> {
    host::get_or_generate(name.into(), length).await.map_err(Error)
}

/// Sets a secret, or replaces its value.
pub async fn set(name: &str, value: &[u8]) -> Result<(), Error> {
    host::set(name.into(), value.into()).await.map_err(Error)
}

/// Sets a secret if it still is what is expected, and says whether it did: for changes that depend on the old value.
pub async fn compare_and_set(name: &str, expected: Option<&[u8]>, value: &[u8]) -> Result<bool, Error> {
    let expected = expected.map(<[u8]>::to_vec);
    host::compare_and_set(name.into(), expected, value.into())
        .await
        .map_err(Error)
}

/// Removes a secret and says whether there was one.
pub async fn remove(name: &str) -> Result<bool, Error> {
    host::remove(name.into()).await.map_err(Error)
}

/// The names of the secrets that have a value and that this component may use in some way.
pub fn names() -> Vec<String> {
    host::names()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            HostError::Denied(what) => write!(f, "not granted: {what}"),
            HostError::InvalidName(why)
            | HostError::InvalidValue(why)
            | HostError::Full(why)
            | HostError::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
