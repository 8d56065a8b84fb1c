//! `POST token`: tokens for an authorization code, for whoever made the challenge that it was asked for with.

use guesthouse::http::{Request, Response};
use serde::Deserialize;

use crate::account::Account;
use crate::codes::{self, CODE_CHARACTERS, Purpose};
use crate::error::Error;
use crate::head::Head;
use crate::sessions::{self, Opening};
use crate::{body, database, settings};

#[derive(Deserialize)]
struct Body {
    authorization_code: String,
    pkce_code_verifier: String,
}

/// A code is used up whether or not the verifier is right: nobody gets to try another one.
pub async fn exchange(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let body: Body = body::read_json(request).await?;
    if body.authorization_code.len() != CODE_CHARACTERS {
        return Err(Error::Invalid("authorization_code is not one"));
    }
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let code = codes::use_up(&database, Purpose::Authorization, &body.authorization_code).await?;
    let code = code.ok_or(Error::NotFound)?;
    let challenge = code.detail.as_deref().unwrap_or_default();
    if !codes::answers_challenge(&body.pkce_code_verifier, challenge) {
        return Err(Error::NotFound);
    }
    let account = Account::by_id(&database, &code.user).await?;
    let account = account.filter(|account| !account.is_pending()).ok_or(Error::NotFound)?;
    let opening = Opening {
        account: &account,
        mfa: code.mfa,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: None,
    };
    Ok(Response::json(
        200,
        &sessions::open(&database, &opening, &settings).await?,
    ))
}
