//! `POST login`: sign in by a password.

use guesthouse::http::{Request, Response};
use serde::Deserialize;

use crate::account::Account;
use crate::attempts::Limit;
use crate::body::Kind;
use crate::error::Error;
use crate::form_errors::Failure;
use crate::head::Head;
use crate::identifier::Identifier;
use crate::sessions::Opening;
use crate::sign_in::{Answer, Wish};
use crate::{body, database, limits, password, settings};

#[derive(Deserialize)]
struct Body {
    email_or_username: Option<String>,
    email: Option<String>,
    username: Option<String>,
    password: String,
    #[serde(flatten)]
    wish: Wish,
}

const LIMIT: Limit = Limit {
    what: "password",
    attempts_max: limits::ATTEMPTS_MAX,
    window_sec: limits::ATTEMPT_WINDOW_SEC,
};

pub async fn login(request: Request) -> Result<Response, Failure> {
    let head = Head::of(&request);
    let (body, kind) = body::read::<Body>(request).await?;
    let entered = body.email_or_username.clone();
    let result = check(&head, body, kind).await;
    result.map_err(|error| Failure::keeping(error, "email_or_username", entered))
}

async fn check(head: &Head, body: Body, kind: Kind) -> Result<Response, Error> {
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let answer = Answer::read(body.wish, kind, head, &settings)?;
    let identifier = Identifier::of(
        body.email_or_username.as_deref(),
        body.email.as_deref(),
        body.username.as_deref(),
    )?;
    let identifier = identifier
        .filter(|_| !settings.disable_password_auth)
        .ok_or(Error::Unauthorized)?;

    let attempts = LIMIT.of(identifier.key());
    attempts.check(&database).await?;
    let account = Account::by_identifier(&database, &identifier).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let is_right = password::verify(&body.password, hash)?;
    let account = account.filter(|account| is_right && !account.is_pending());
    let Some(account) = account else {
        attempts.count(&database).await?;
        return Err(Error::Unauthorized);
    };

    if account.totp_secret.is_some() {
        return answer.ask_for_second_factor(&database, &account).await;
    }
    let opening = Opening {
        account: &account,
        mfa: false,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: Some(&attempts),
    };
    answer.sign_in(&database, &opening, &settings).await
}
