//! `GET verify_email/trigger` sends another link, `GET verify_email/confirm/{code}` is what the link leads to.

use guesthouse::http::{Parameters, Request, Response};

use crate::account::Account;
use crate::attempts::Limit;
use crate::codes::{self, Purpose};
use crate::error::Error;
use crate::even_time::in_even_time;
use crate::head::Head;
use crate::mail::Mailer;
use crate::outcome::Outcome;
use crate::{database, limits, settings, user_identifier, verification};

const LIMIT: Limit = Limit::of_mails("verification mail", limits::VERIFICATION_MAILS);

/// The same answer whether or not there is an account that waits for it.
pub async fn trigger(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let outcome = Outcome::read(None, &head, &settings)?;
    let email = user_identifier::email(head.query.get("email").ok_or(Error::Invalid("email is missing"))?)?;
    let mailer = Mailer::new(&database, &settings, &head, &outcome)?;
    LIMIT.of(email.to_ascii_lowercase()).count(&database).await?;
    in_even_time(async {
        if let Some(account) = Account::by_unverified_email(&database, &email).await? {
            let asked = verification::ask(&mailer, &database, &account.id, &email).await;
            asked.unwrap_or_else(|error| error.log());
        }
        Ok(outcome.say("if this address waits to be confirmed, mail is on its way to it"))
    })
    .await
}

pub async fn confirm(request: Request, parameters: Parameters) -> Result<Response, Error> {
    if request.method() == "HEAD" {
        return Ok(super::not_followed());
    }
    let head = Head::of(&request);
    let database = database::open()?;
    let outcome = Outcome::read(None, &head, &*settings::read(&database).await?)?;
    let code = parameters.get("code").unwrap_or_default();
    let code = codes::use_up(&database, Purpose::VerifyEmail, code).await?;
    let code = code.ok_or(super::LINK_IS_NOT_GOOD)?;
    let email = code.detail.as_deref().ok_or(super::LINK_IS_NOT_GOOD)?;
    verification::succeed(&database, &code.user, email).await?;
    Ok(outcome.say("email verified"))
}
