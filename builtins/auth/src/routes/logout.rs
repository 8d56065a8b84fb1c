//! `POST logout` ends one session, `GET logout` all of the caller's.

use guesthouse::http::{Request, Response};
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, cookies, database, sessions, settings};

#[derive(Deserialize)]
struct Body {
    refresh_token: String,
}

/// Whoever has a refresh token may end its session. One that belongs to none has nothing to end.
pub async fn end_session(request: Request) -> Result<Response, Error> {
    let body: Body = body::read_json(request).await?;
    sessions::end(&database::open()?, &body.refresh_token).await?;
    Ok(Response::text(200, ""))
}

/// For links: cookies of other sites' making are not sent along (they are `SameSite=Strict`).
pub async fn end_all_sessions(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let outcome = Outcome::read(None, &head, &*settings::read(&database).await?)?;
    if let Some(caller) = Caller::find(&database, &head.credentials).await? {
        sessions::end_all_of(&database, &caller.account().id).await?;
    }
    Ok(cookies::remove(outcome.go("logged out"), head.is_secure))
}
