//! `POST change_username`: another name, or none where there is an address.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::blob;
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, database, identifier, settings};

#[derive(Deserialize)]
struct Body {
    new_username: Option<String>,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

const UPDATE: &str = "UPDATE _user SET username = ?2, updated = unixepoch() WHERE id = ?1";

pub async fn change_username(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Body>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &*settings::read(&database).await?)?;

    let account = caller.account();
    let name = body.new_username.filter(|name| !name.is_empty());
    if name.is_none() && account.email.is_none() {
        return Err(Error::Invalid("an account needs a name or a verified address"));
    }
    let name = name.map(|name| {
        identifier::username(&name).ok_or(Error::Invalid("a name has 3 to 32 letters and digits, a letter first"))
    });
    let parameters = vec![blob(account.id.as_slice()), name.transpose()?.into()];
    database.execute(UPDATE, parameters).await.map_err(|error| {
        if database::is_taken(&error) {
            Error::Conflict
        } else {
            error.into()
        }
    })?;
    Ok(outcome.say("username changed"))
}
