//! `totp/register`, `totp/confirm`, `totp/unregister`: turning the second factor on and off.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{blob, step, step_that_must_affect};
use serde::Deserialize;
use serde_json::json;

use super::login_mfa;
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, database, qr_code, settings, totp};

#[derive(Deserialize)]
struct Confirmation {
    totp_url: String,
    totp: String,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
struct Removal {
    totp: String,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

const SET: &str = "UPDATE _user SET totp_secret = ?2, updated = unixepoch() WHERE id = ?1 AND totp_secret IS NULL";
const UNSET: &str = "UPDATE _user SET totp_secret = NULL, updated = unixepoch() WHERE id = ?1 AND totp_secret = ?2";

/// A new secret, for an app. Nothing is kept of it: it comes back with its first code.
pub async fn register(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let caller = Caller::require(&database::open()?, &head.credentials).await?;
    let url = totp::url(caller.account(), &totp::new_secret()?);
    let png = match head.query.get("png") {
        Some("true") => Some(STANDARD.encode(qr_code::png(&url)?)),
        _ => None,
    };
    Ok(Response::json(200, &json!({ "totp_url": url, "png": png })))
}

/// Turns the second factor on, for whoever has an app that makes its codes.
pub async fn confirm(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Confirmation>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &*settings::read(&database).await?)?;
    let secret = totp::secret_of_url(&body.totp_url).ok_or(Error::Invalid("totp_url holds no secret"))?;
    if !totp::is_right(&secret, &body.totp) {
        return Err(Error::Invalid("the code is wrong"));
    }
    let parameters = vec![blob(caller.account().id.as_slice()), secret.into()];
    let set = database.execute(SET, parameters).await?;
    if set.changes() == 0 {
        return Err(Error::Invalid("there is a second factor already: unregister it first"));
    }
    Ok(outcome.say("second factor confirmed"))
}

/// Turns it off, for whoever still has it.
pub async fn unregister(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Removal>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &*settings::read(&database).await?)?;
    let account = caller.account();
    let secret = account
        .totp_secret
        .as_deref()
        .ok_or(Error::Invalid("there is no second factor"))?;
    let attempts = login_mfa::LIMIT.of(&account.id);
    attempts.check(&database).await?;
    if !totp::take(&database, account, secret, &body.totp).await? {
        attempts.count(&database).await?;
        return Err(Error::Unauthorized);
    }
    let id = || blob(account.id.as_slice());
    let steps = vec![
        step_that_must_affect(UNSET, vec![id(), secret.into()]),
        step("DELETE FROM _totp_use WHERE user = ?1", vec![id()]),
    ];
    database.batch(steps).await.map_err(|error| {
        if database::is_unmet(&error, 0) {
            Error::Unauthorized
        } else {
            error.into()
        }
    })?;
    Ok(outcome.say("second factor removed"))
}
