//! `sessions`: where the caller is signed in, and signing out there. The POST forms are for pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use guesthouse::http::{Parameters, Request, Response};
use serde_json::json;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::removal::Removal;
use crate::{cookies, database, sessions};

pub async fn list(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    let sessions = sessions::all_of(&database, &caller.account().id).await?;
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| {
            json!({
                "id": URL_SAFE.encode(&session.id),
                "created": session.created,
                "expires": session.expires,
                "mfa": session.mfa,
                "current": session.id == caller.session.id,
                "user_agent": session.user_agent,
            })
        })
        .collect();
    Ok(Response::json(200, &json!({ "sessions": sessions })))
}

/// Ends one. Where it is the caller's own, the browser is told to forget it.
pub async fn end(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let id = parameters.get("id").and_then(|id| URL_SAFE.decode(id).ok());
    let id = id.ok_or(Error::Invalid("the id is not that of a session"))?;
    let Removal {
        database,
        caller,
        outcome,
        is_secure,
    } = Removal::authorize(request).await?;
    if !sessions::end_one_of(&database, &caller.account().id, &id).await? {
        return Err(Error::NotFound);
    }
    if id == caller.session.id && caller.is_ambient {
        return Ok(cookies::remove(outcome.say("signed out"), is_secure));
    }
    Ok(outcome.say("signed out there"))
}

/// Ends all but the one that the request was made in.
pub async fn end_others(request: Request) -> Result<Response, Error> {
    let removal = Removal::authorize(request).await?;
    let session = &removal.caller.session;
    sessions::end_others_of(&removal.database, &removal.caller.account().id, &session.id).await?;
    Ok(removal.outcome.say("signed out everywhere else"))
}
