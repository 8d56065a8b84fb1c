//! `DELETE delete`: the caller's account and all of its sessions. `POST delete` is for pages.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Error as DatabaseError, HostError, blob};

use crate::cookies;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::removal::Removal;

pub async fn delete(request: Request) -> Result<Response, Error> {
    let removal = Removal::authorize(request).await?;
    let id = vec![blob(removal.caller.account().id.as_slice())];
    removal
        .database
        .execute("DELETE FROM _user WHERE id = ?1", id)
        .await
        .map_err(|error| match error {
            // Another table refers to the account, and says that it must not go.
            DatabaseError::Host(HostError::Constraint(_)) => Error::Conflict,
            other => other.into(),
        })?;
    Ok(cookies::remove(removal.outcome.say("deleted"), removal.is_secure))
}

/// The published JavaScript client asks for it with GET. That is for programs alone: a link must not delete anything.
pub async fn delete_by_get(request: Request) -> Result<Response, Error> {
    if Credentials::read(request.headers()).bearer.is_none() {
        return Err(Error::Unauthorized);
    }
    delete(request).await
}
