//! `POST change_password`: a new password for whoever knows the old one. It ends all sessions but the one that it was made in.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{blob, step, step_that_must_affect};
use serde::Deserialize;

use crate::attempts::Limit;
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, database, limits, password, settings};

#[derive(Deserialize)]
struct Body {
    old_password: String,
    new_password: String,
    new_password_repeat: Option<String>,
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

const LIMIT: Limit = Limit {
    what: "old password",
    attempts_max: limits::ATTEMPTS_MAX,
    window_sec: limits::ATTEMPT_WINDOW_SEC,
};

/// Nothing where the password was changed by somebody else meanwhile.
const UPDATE: &str = "UPDATE _user SET password_hash = ?2, updated = unixepoch() WHERE id = ?1 AND password_hash IS ?3";

pub async fn change_password(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Body>(request).await?;
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
    let settings = settings::read(&database).await?;
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    password::check(&settings, &body.new_password, body.new_password_repeat.as_deref())?;

    let account = caller.account();
    let attempts = LIMIT.of(&account.id);
    attempts.check(&database).await?;
    if !password::verify(&body.old_password, account.password_hash.as_deref())? {
        attempts.count(&database).await?;
        return Err(Error::Invalid("the old password is wrong"));
    }
    let hash = password::hash(&body.new_password)?;
    let id = || blob(account.id.as_slice());
    let update = vec![id(), hash.into(), account.password_hash.as_ref().into()];
    let others = vec![id(), blob(caller.session.id.as_slice())];
    let steps = vec![
        step_that_must_affect(UPDATE, update),
        step("DELETE FROM _session WHERE user = ?1 AND id <> ?2", others),
        step("DELETE FROM _auth_code WHERE user = ?1", vec![id()]),
    ];
    database.batch(steps).await.map_err(|error| {
        if database::is_unmet(&error, 0) {
            Error::Invalid("the old password is wrong")
        } else {
            error.into()
        }
    })?;
    Ok(outcome.say("password changed"))
}
