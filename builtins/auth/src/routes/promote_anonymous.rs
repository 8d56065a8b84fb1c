//! `POST promote_anonymous`: a password, and something to be known by, for an account that somebody got without naming themselves.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{blob, step, step_that_must_affect};
use serde::Deserialize;

use crate::account::Account;
use crate::attempts::Limit;
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::mail::Mailer;
use crate::outcome::Outcome;
use crate::user_identifier::Identifiers;
use crate::{body, database, limits, password, settings, verification};

#[derive(Deserialize)]
struct Body {
    new_password: String,
    new_password_repeat: Option<String>,
    new_email: Option<String>,
    new_username: Option<String>,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

const LIMIT: Limit = Limit::of_mails("registration", limits::REGISTRATIONS);

/// Nothing where somebody has promoted it meanwhile.
const PROMOTE: &str = "UPDATE _user SET password_hash = ?2, unverified_email = ?3, username = coalesce(?4, username),
    updated = unixepoch() WHERE id = ?1 AND password_hash IS NULL AND email IS NULL AND unverified_email IS NULL";

pub async fn promote_anonymous(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if !settings.enable_anonymous_signin {
        return Err(Error::NotFound);
    }
    let caller = Caller::require(&database, &head.credentials).await?;
    let (body, _) = body::read::<Body>(request).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    password::check(&settings, &body.new_password, body.new_password_repeat.as_deref())?;
    let wanted = settings
        .user_identifier
        .check(body.new_email.as_deref(), body.new_username.as_deref())?;
    if !caller.account().is_anonymous() {
        return Err(Error::FailedDependency);
    }
    let mailer = match wanted.email {
        Some(_) => Mailer::new(&database, &settings, &head, &outcome)?,
        None => Mailer::without_links(&database, &settings, &head),
    };
    if let Some(email) = &wanted.email {
        LIMIT.of(email.to_ascii_lowercase()).count(&database).await?;
    }

    promote(&database, &caller, &wanted, &password::hash(&body.new_password)?).await?;
    if let Some(email) = &wanted.email {
        // The account is theirs already: they can ask for another letter.
        let asked = verification::ask(&mailer, &database, &caller.account().id, email).await;
        asked.unwrap_or_else(|error| error.log());
    }
    Ok(outcome.say("promoted"))
}

async fn promote(
    database: &guesthouse::sqlite::Database,
    caller: &Caller,
    wanted: &Identifiers,
    hash: &str,
) -> Result<(), Error> {
    let Account { id, .. } = caller.account();
    let promote = vec![
        blob(id.as_slice()),
        hash.into(),
        wanted.email.as_ref().into(),
        wanted.username.as_ref().into(),
    ];
    let others = vec![blob(id.as_slice()), blob(caller.session.id.as_slice())];
    let steps = vec![
        step_that_must_affect(PROMOTE, promote),
        step("DELETE FROM _session WHERE user = ?1 AND id <> ?2", others),
    ];
    database.batch(steps).await.map_err(|error| match error {
        error if database::is_taken(&error) => Error::Conflict,
        error if database::is_unmet(&error, 0) => Error::FailedDependency,
        error => error.into(),
    })?;
    Ok(())
}
