//! `POST otp/request` sends a code to an account's address, `POST otp/login` signs in by it.

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
use crate::sessions::Opening;
use crate::sign_in::{Answer, Wish};
use crate::{body, database, limits, settings};

#[derive(Deserialize)]
struct Wanted {
    email_or_username: Option<String>,
    email: Option<String>,
    username: Option<String>,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
struct Login {
    email_or_username: Option<String>,
    email: Option<String>,
    username: Option<String>,
    code: Option<String>,
    #[serde(flatten)]
    wish: Wish,
}

const MAIL_LIMIT: Limit = Limit::of_mails("mail with a code", limits::OTP_MAILS);
const LIMIT: Limit = Limit {
    what: "code",
    attempts_max: limits::ATTEMPTS_MAX,
    window_sec: limits::ATTEMPT_WINDOW_SEC,
};

/// Whoever set the password may not be who reads the mail: an address that is shown by a code takes the account over.
const PROVE: &str = "UPDATE _user SET email = unverified_email, unverified_email = NULL, password_hash = NULL,
    updated = unixepoch() WHERE id = ?1 AND email IS NULL AND unverified_email = ?2";

/// The same answer whether or not there is such an account.
pub async fn request(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Wanted>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if !settings.enable_otp_signin {
        return Err(Error::NotFound);
    }
    let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
    let (email_or_username, email, username) = (body.email_or_username, body.email, body.username);
    let identifier = Identifier::of(email_or_username.as_deref(), email.as_deref(), username.as_deref())?;
    let outcome = match &identifier {
        Some(Identifier::Email(email)) => outcome.and("email", email),
        Some(Identifier::Username(name)) => outcome.and("username", name),
        None => outcome,
    };
    let said = outcome.say("if there is such an account, a code is on its way to its address");
    let Some(identifier) = identifier else { return Ok(said) };
    MAIL_LIMIT.of(identifier.key()).count(&database).await?;
    let mailer = Mailer::without_links(&database, &settings, &head);
    in_even_time(async {
        if let Some(account) = find(&database, &identifier).await?
            && account.totp_secret.is_none()
            && let Some(address) = address(&account)
        {
            let sent = send(&mailer, &database, &account, address).await;
            sent.unwrap_or_else(|error| error.log());
        }
        Ok(said)
    })
    .await
}

async fn send(mailer: &Mailer<'_>, database: &Database, account: &Account, address: &str) -> Result<(), Error> {
    let code = Code {
        user: account.id.clone(),
        detail: Some(address.to_owned()),
        mfa: false,
    };
    let code = codes::give_out(database, Purpose::Otp, &code).await?;
    mailer.send(Template::Otp, address, &code).await
}

pub async fn login(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, kind) = body::read::<Login>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if !settings.enable_otp_signin {
        return Err(Error::NotFound);
    }
    let answer = Answer::read(body.wish, kind, &head, &settings)?;
    let field = |name, in_body: Option<String>| head.query.get(name).map(str::to_owned).or(in_body);
    let email_or_username = field("email_or_username", body.email_or_username);
    let (email, username) = (field("email", body.email), field("username", body.username));
    let code = field("code", body.code).ok_or(Error::Invalid("code is missing"))?;
    let identifier = Identifier::of(email_or_username.as_deref(), email.as_deref(), username.as_deref())?;
    let identifier = identifier.ok_or(Error::Unauthorized)?;

    let attempts = LIMIT.of(identifier.key());
    attempts.check(&database).await?;
    let account = in_even_time(take(&database, &identifier, &code)).await?;
    let Some(account) = account else {
        attempts.count(&database).await?;
        return Err(Error::Unauthorized);
    };
    let opening = Opening {
        account: &account,
        mfa: false,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: Some(&attempts),
    };
    answer.sign_in(&database, &opening, &settings).await
}

/// The account that a code belongs to, which uses it up.
async fn take(database: &Database, identifier: &Identifier, text: &str) -> Result<Option<Account>, Error> {
    let Some(account) = find(database, identifier).await? else {
        return Ok(None);
    };
    let code = codes::use_up(database, Purpose::Otp, &codes::otp(&account.id, text)).await?;
    let address = address(&account).map(str::to_owned);
    let Some(code) = code.filter(|code| code.detail == address && account.totp_secret.is_none()) else {
        return Ok(None);
    };
    if !account.is_pending() {
        return Ok(Some(account));
    }
    let prove = step_that_must_affect(PROVE, vec![blob(account.id.as_slice()), code.detail.into()]);
    let proven = database.batch(vec![prove]).await;
    proven.map_err(|error| match error {
        error if database::is_taken(&error) => Error::Conflict,
        error if database::is_unmet(&error, 0) => Error::Unauthorized,
        error => error.into(),
    })?;
    Account::by_id(database, &account.id).await
}

/// An account that has an address, or says that it has.
async fn find(database: &Database, identifier: &Identifier) -> Result<Option<Account>, Error> {
    match (Account::by_identifier(database, identifier).await?, identifier) {
        (None, Identifier::Email(email)) => Account::by_unverified_email(database, email).await,
        (account, _) => Ok(account),
    }
}

/// Where mail reaches somebody: not at an address that is to take the place of another one.
fn address(account: &Account) -> Option<&str> {
    match (account.email.as_deref(), account.unverified_email.as_deref()) {
        (Some(email), None) | (None, Some(email)) => Some(email),
        _ => None,
    }
}
