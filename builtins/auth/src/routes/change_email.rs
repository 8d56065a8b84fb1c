//! `POST change_email/request` sends a link to an account's new address, `GET change_email/confirm/{code}` is what it leads to.

use guesthouse::http::{Parameters, Request, Response};
use guesthouse::sqlite::{Database, blob, step_that_must_affect};
use serde::Deserialize;

use crate::account::Account;
use crate::attempts::Limit;
use crate::caller::Caller;
use crate::codes::{self, Code, Purpose};
use crate::error::Error;
use crate::head::Head;
use crate::mail::{Mailer, Template};
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::{body, database, limits, sessions, settings, user_identifier};

#[derive(Deserialize)]
struct Body {
    new_email: Option<String>,
    /// What the form was filled in for, so that it is not sent for another account than the one that was looked at.
    old_email: Option<String>,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

/// For one account, and for one address: whoever has an account must not bother others with it.
const LIMIT: Limit = Limit::of_mails("mail for another address", limits::CHANGE_MAILS);

const SET: &str = "UPDATE _user SET email = ?2, unverified_email = NULL, updated = unixepoch() WHERE id = ?1";
/// An account must be known by something, and one without a name by nothing but its address.
const UNSET: &str = "UPDATE _user SET email = NULL, unverified_email = NULL, updated = unixepoch()
    WHERE id = ?1 AND username IS NOT NULL";

/// Whether somebody else has the address is said to whoever reads its mail, and to nobody else.
pub async fn request(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Body>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let settings = settings::read(&database).await?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    let account = caller.account();
    check_old_email(account, body.old_email.as_deref())?;
    let Some(new_email) = body.new_email.filter(|email| !email.trim().is_empty()) else {
        unset(&database, &settings, account).await?;
        return Ok(outcome.say("email removed"));
    };
    if !settings.user_identifier.takes_email() {
        return Err(Error::Invalid("accounts have no address here"));
    }
    let new_email = user_identifier::email(&new_email)?;
    let mailer = Mailer::new(&database, &settings, &head, &outcome)?;
    LIMIT.of(&account.id).count(&database).await?;
    LIMIT.of(new_email.to_ascii_lowercase()).count(&database).await?;
    let code = Code {
        user: account.id.clone(),
        detail: Some(new_email.clone()),
        mfa: false,
    };
    let code = codes::give_out(&database, Purpose::ChangeEmail, &code).await?;
    mailer.send(Template::ChangeEmail, &new_email, &code).await?;
    Ok(outcome.say("mail is on its way to the new address"))
}

/// It ends all sessions: who has the account now is whoever reads the new address.
pub async fn confirm(request: Request, parameters: Parameters) -> Result<Response, Error> {
    if request.method() == "HEAD" {
        return Ok(super::not_followed());
    }
    let head = Head::of(&request);
    let database = database::open()?;
    let outcome = Outcome::read(None, &head, &*settings::read(&database).await?)?;
    let code = parameters.get("code").unwrap_or_default();
    let code = codes::use_up(&database, Purpose::ChangeEmail, code).await?;
    let code = code.ok_or(super::LINK_IS_NOT_GOOD)?;
    let set = vec![blob(code.user.as_slice()), code.detail.into()];
    let mut steps = vec![step_that_must_affect(SET, set)];
    steps.extend(sessions::end_all(&code.user));
    database.batch(steps).await.map_err(|error| match error {
        error if database::is_taken(&error) => Error::Conflict,
        error if database::is_unmet(&error, 0) => super::LINK_IS_NOT_GOOD,
        error => error.into(),
    })?;
    Ok(outcome.say("email changed"))
}

fn check_old_email(account: &Account, old_email: Option<&str>) -> Result<(), Error> {
    let given = old_email.map(str::trim).filter(|email| !email.is_empty());
    let current = account.email.as_deref().or(account.unverified_email.as_deref());
    match (given, current) {
        (Some(given), Some(current)) if given.eq_ignore_ascii_case(current) => Ok(()),
        (None, _) => Ok(()),
        _ => Err(Error::Invalid("old_email is not the address of this account")),
    }
}

async fn unset(database: &Database, settings: &Settings, account: &Account) -> Result<(), Error> {
    if settings.user_identifier.needs_email() {
        return Err(Error::Invalid("an account needs an address here"));
    }
    let id = blob(account.id.as_slice());
    let codes = codes::void_mailed(&account.id);
    let steps = vec![step_that_must_affect(UNSET, vec![id]), codes];
    database.batch(steps).await.map_err(|error| match error {
        error if database::is_unmet(&error, 0) => Error::Invalid("an account needs a name or a verified address"),
        error => error.into(),
    })?;
    Ok(())
}
