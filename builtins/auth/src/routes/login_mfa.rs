//! `POST login_mfa`: the second factor, after `login` has taken the first.

use guesthouse::http::{Request, Response};
use serde::Deserialize;

use crate::account::Account;
use crate::attempts::Limit;
use crate::codes::{self, Purpose};
use crate::error::Error;
use crate::head::Head;
use crate::sessions::Opening;
use crate::sign_in::{Answer, Wish};
use crate::{body, database, limits, settings, totp};

#[derive(Deserialize)]
struct Body {
    mfa_token: String,
    totp: Option<String>,
    #[serde(flatten)]
    wish: Wish,
}

/// Also of whoever turns the second factor off.
pub const LIMIT: Limit = Limit {
    what: "second factor",
    attempts_max: limits::ATTEMPTS_MAX,
    window_sec: limits::ATTEMPT_WINDOW_SEC,
};

/// The token stays good while codes are mistyped, of which only so many are looked at.
pub async fn login_mfa(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, kind) = body::read::<Body>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let answer = Answer::read(body.wish, kind, &head, &settings)?;
    let totp = body.totp.ok_or(Error::Invalid("totp is missing"))?;

    let code = codes::look_up(&database, Purpose::Mfa, &body.mfa_token)
        .await?
        .ok_or(Error::Unauthorized)?;
    let account = Account::by_id(&database, &code.user)
        .await?
        .ok_or(Error::Unauthorized)?;
    let secret = account.totp_secret.as_deref().ok_or(Error::FailedDependency)?;
    let attempts = LIMIT.of(&account.id);
    attempts.check(&database).await?;
    if !totp::take(&database, &account, secret, &totp).await? {
        attempts.count(&database).await?;
        return Err(Error::Unauthorized);
    }
    codes::use_up(&database, Purpose::Mfa, &body.mfa_token)
        .await?
        .ok_or(Error::Unauthorized)?;
    let opening = Opening {
        account: &account,
        mfa: true,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: Some(&attempts),
    };
    answer.sign_in(&database, &opening, &settings).await
}
