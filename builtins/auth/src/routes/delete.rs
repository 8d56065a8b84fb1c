//! `DELETE delete`: the caller's account and all of its sessions. `POST delete` is for pages: HTML knows no DELETE.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Error as DatabaseError, HostError, blob};
use serde::Deserialize;

use crate::caller::Caller;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, cookies, database, settings};

#[derive(Default, Deserialize)]
struct Body {
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

pub async fn delete(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let body = match request.method() {
        "POST" => body::read::<Body>(request).await?.0,
        _ => Body::default(),
    };
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let settings = settings::read(&database).await?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    let id = vec![blob(caller.account().id.as_slice())];
    database
        .execute("DELETE FROM _user WHERE id = ?1", id)
        .await
        .map_err(|error| match error {
            // Another table refers to the account, and says that it must not go.
            DatabaseError::Host(HostError::Constraint(_)) => Error::Conflict,
            other => other.into(),
        })?;
    Ok(cookies::remove(outcome.say("deleted"), head.is_secure))
}

/// The published JavaScript client asks for it with GET. That is for programs alone: a link must not delete anything.
pub async fn delete_by_get(request: Request) -> Result<Response, Error> {
    if Credentials::read(request.headers()).bearer.is_none() {
        return Err(Error::Unauthorized);
    }
    delete(request).await
}
