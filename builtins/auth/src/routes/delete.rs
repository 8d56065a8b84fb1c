//! `DELETE delete`: the caller's account and all of its sessions.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Error as DatabaseError, HostError, blob};

use crate::caller::Caller;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::head::Head;
use crate::{cookies, database};

pub async fn delete(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, None)?;
    let id = vec![blob(caller.account().id.as_slice())];
    database
        .execute("DELETE FROM _user WHERE id = ?1", id)
        .await
        .map_err(|error| match error {
            // Another table refers to the account, and says that it must not go.
            DatabaseError::Host(HostError::Constraint(_)) => Error::Conflict,
            other => other.into(),
        })?;
    Ok(cookies::remove(Response::text(200, "deleted"), head.is_secure))
}

/// The published JavaScript client asks for it with GET. That is for programs alone: a link must not delete anything.
pub async fn delete_by_get(request: Request) -> Result<Response, Error> {
    if Credentials::read(request.headers()).bearer.is_none() {
        return Err(Error::Unauthorized);
    }
    delete(request).await
}
