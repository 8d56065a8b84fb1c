//! `POST reset_password/request` sends a code, `POST reset_password/update` takes it, for whoever has forgotten their password.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, blob, step_that_must_affect};
use serde::Deserialize;

use crate::account::Account;
use crate::attempts::Limit;
use crate::codes::{self, Code, Purpose};
use crate::error::Error;
use crate::even_time::in_even_time;
use crate::head::Head;
use crate::identifier::Identifier;
use crate::mail::{Mailer, Template};
use crate::outcome::Outcome;
use crate::{body, database, limits, password, sessions, settings};

#[derive(Deserialize)]
struct Wanted {
    email: Option<String>,
    username: Option<String>,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
struct Update {
    password: String,
    password_repeat: String,
    password_reset_token: String,
    redirect_uri: Option<String>,
}

const LIMIT: Limit = Limit::of_mails("mail for a new password", limits::RESET_MAILS);

/// Nothing where the account has given up the address since that the code went to.
const SET: &str = "UPDATE _user SET password_hash = ?2, updated = unixepoch() WHERE id = ?1 AND email = ?3";

/// The same answer whether or not there is such an account.
pub async fn request(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Wanted>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if settings.disable_password_auth {
        return Err(Error::Forbidden);
    }
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    let identifier = Identifier::of(None, body.email.as_deref(), body.username.as_deref())?;
    let mailer = Mailer::new(&database, &settings, &head, &outcome)?;
    let said = outcome.say("if there is such an account, mail is on its way to its address");
    let Some(identifier) = identifier else { return Ok(said) };
    LIMIT.of(identifier.key()).count(&database).await?;
    in_even_time(async {
        if let Some(account) = Account::by_identifier(&database, &identifier).await?
            && let Some(email) = &account.email
        {
            let sent = send(&mailer, &database, &account, email).await;
            sent.unwrap_or_else(|error| error.log());
        }
        Ok(said)
    })
    .await
}

async fn send(mailer: &Mailer<'_>, database: &Database, account: &Account, email: &str) -> Result<(), Error> {
    let code = Code {
        user: account.id.clone(),
        detail: Some(email.to_owned()),
        mfa: false,
    };
    let code = codes::give_out(database, Purpose::ResetPassword, &code).await?;
    mailer.send(Template::PasswordReset, email, &code).await
}

/// It ends all sessions. A password that is refused does not use the code up.
pub async fn update(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Update>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if settings.disable_password_auth {
        return Err(Error::Forbidden);
    }
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    password::check(&settings, &body.password, Some(&body.password_repeat))?;
    let token = body.password_reset_token.as_str();
    let code = codes::look_up(&database, Purpose::ResetPassword, token).await?;
    let code = code.ok_or(super::LINK_IS_NOT_GOOD)?;
    let hash = password::hash(&body.password)?;
    let set = vec![blob(code.user.as_slice()), hash.into(), code.detail.into()];
    let mut steps = vec![
        codes::use_up_step(Purpose::ResetPassword, token),
        step_that_must_affect(SET, set),
    ];
    steps.extend(sessions::end_all(&code.user));
    database.batch(steps).await.map_err(|error| match error {
        error if database::is_unmet(&error, 0) => super::LINK_IS_NOT_GOOD,
        error if database::is_unmet(&error, 1) => Error::Unauthorized,
        error => error.into(),
    })?;
    Ok(outcome.say("Password reset"))
}
