//! `GET passkey/list`, `PATCH passkey/{id}`, `DELETE passkey/{id}`: the passkeys of the caller. The POST forms are for pages: HTML
//! knows neither PATCH nor DELETE.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::http::{Parameters, Request, Response};
use serde::Deserialize;
use serde_json::json;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::passkeys::store::{self, id_text};
use crate::removal::Removal;
use crate::{body, database, limits, settings};

#[derive(Deserialize)]
struct Rename {
    name: String,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

pub async fn list(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    let passkeys = store::all_of(&database, &caller.account().id).await?;
    let passkeys: Vec<_> = passkeys
        .iter()
        .map(|passkey| {
            json!({
                "id": id_text(&passkey.id),
                "name": passkey.name,
                "created": passkey.created,
                "last_used": passkey.last_used,
                "backed_up": passkey.is_backed_up,
            })
        })
        .collect();
    Ok(Response::json(200, &json!({ "passkeys": passkeys })))
}

pub async fn rename(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Rename>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &*settings::read(&database).await?)?;
    let (id, name) = (id_of(&parameters)?, name_of(&body.name)?);
    if !store::rename(&database, &caller.account().id, &id, name).await? {
        return Err(Error::NotFound);
    }
    Ok(outcome.say("passkey renamed"))
}

/// Whoever signed in by it stays so: that ends with the session.
pub async fn delete(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let removal = Removal::authorize(request).await?;
    let id = id_of(&parameters)?;
    if !store::delete(&removal.database, &removal.caller.account().id, &id).await? {
        return Err(Error::NotFound);
    }
    Ok(removal.outcome.say("passkey deleted"))
}

fn id_of(parameters: &Parameters) -> Result<Vec<u8>, Error> {
    let id = parameters.get("id").map(|id| id.trim_end_matches('='));
    let id = id.and_then(|id| URL_SAFE_NO_PAD.decode(id).ok());
    id.ok_or(Error::Invalid("the id is not that of a passkey"))
}

/// What a passkey may be called.
pub fn name_of(text: &str) -> Result<&str, Error> {
    let name = text.trim();
    let is_plain = !name.chars().any(char::is_control);
    if is_plain && (1..=limits::PASSKEY_NAME_CHARACTERS_MAX).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(Error::Invalid("a passkey has a name of 1 to 64 characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(name_of("  Alice's phone "), Ok("Alice's phone"));
        for text in ["", " ", "a\nb", &"é".repeat(65)] {
            assert!(name_of(text).is_err(), "{text}");
        }
        assert!(name_of(&"é".repeat(64)).is_ok());
    }
}
