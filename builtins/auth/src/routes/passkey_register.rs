//! `POST passkey/register/begin`, `POST passkey/register/finish`: a new passkey for the caller.

use guesthouse::http::{Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::passkeys::name_of;
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::passkeys::relying_party::RelyingParty;
use crate::passkeys::{challenges, registration, store, store::id_text};
use crate::{body, database, limits, settings};

#[derive(Deserialize)]
struct Begin {
    csrf_token: Option<String>,
}

#[derive(Deserialize)]
struct Finish {
    credential: Value,
    name: Option<String>,
    csrf_token: Option<String>,
}

/// What a passkey is called by whoever does not say.
const NAME: &str = "Passkey";

/// For whoever signed in a short while ago: a passkey lasts, and must not be had for a browser that was left open.
pub async fn begin(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Begin>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    caller.require_recent_sign_in()?;
    let party = RelyingParty::of(&head, &*settings::read(&database).await?)?;

    let account = caller.account();
    let known = store::known(&database, &account.id).await?;
    if known.len() >= limits::PASSKEYS_MAX as usize {
        return Err(Error::TooManyPasskeys);
    }
    let offer = registration::offer(&party, account, &known)?;
    challenges::keep(&database, offer.pending, Some(&account.id)).await?;
    Ok(Response::json(200, &offer.options))
}

/// The answer of the authenticator to that.
pub async fn finish(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Finish>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let party = RelyingParty::of(&head, &*settings::read(&database).await?)?;
    let name = name_of(body.name.as_deref().unwrap_or(NAME))?;

    let user = &caller.account().id;
    let (registration, challenge) = registration::read(&body.credential, &party)?;
    let state = challenges::take(&database, challenge, Some(user)).await?;
    let state = state.ok_or(Error::Invalid(
        "nobody asked for this passkey, or too long ago: begin anew",
    ))?;
    let new = registration::verify(&state, &registration, &party)?;
    let id = id_text(&new.id);
    store::insert(&database, user, name, new).await?;
    Ok(Response::json(200, &json!({ "id": id, "name": name })))
}
