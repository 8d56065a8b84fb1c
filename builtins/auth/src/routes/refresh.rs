//! `POST refresh`: a new auth token for a session.

use guesthouse::http::{Request, Response};
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::sessions::Session;
use crate::{body, database, settings};

#[derive(Deserialize)]
struct Body {
    refresh_token: String,
}

pub async fn refresh(request: Request) -> Result<Response, Error> {
    let body: Body = body::read_json(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let session = Session::by_refresh_token(&database, &body.refresh_token).await?;
    let session = session.ok_or(Error::Unauthorized)?;
    let (auth_token, claims) = session.mint(&settings).await?.ok_or(Error::Unauthorized)?;
    Ok(Response::json(
        200,
        &json!({ "auth_token": auth_token, "csrf_token": claims.csrf_token }),
    ))
}
