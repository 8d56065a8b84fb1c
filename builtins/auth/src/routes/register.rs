//! `POST register`: an account for whoever wants one. The answer is the same where somebody has that address or name already.

use guesthouse::http::{Request, Response};
use serde::Deserialize;

use crate::attempts::Limit;
use crate::error::Error;
use crate::even_time::in_even_time;
use crate::form_errors::Failure;
use crate::head::Head;
use crate::mail::Mailer;
use crate::outcome::Outcome;
use crate::user_identifier::Identifiers;
use crate::{body, database, limits, password, registration, settings, verification};

#[derive(Deserialize)]
struct Body {
    email: Option<String>,
    username: Option<String>,
    password: String,
    password_repeat: String,
    redirect_uri: Option<String>,
}

const LIMIT: Limit = Limit::of_mails("registration", limits::REGISTRATIONS);

pub async fn register(request: Request) -> Result<Response, Failure> {
    let head = Head::of(&request);
    let (body, _) = body::read::<Body>(request).await?;
    let entered = body.email.clone();
    let result = create(&head, body).await;
    result.map_err(|error| Failure::keeping(error, "email", entered))
}

async fn create(head: &Head, body: Body) -> Result<Response, Error> {
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if settings.disable_registration || settings.disable_password_auth {
        return Err(Error::Forbidden);
    }
    let outcome = Outcome::read(body.redirect_uri.as_deref(), head, &settings)?;
    let wanted = settings
        .user_identifier
        .check(body.email.as_deref(), body.username.as_deref())?;
    password::check(&settings, &body.password, Some(&body.password_repeat))?;
    let mailer = match wanted.email {
        Some(_) => Mailer::new(&database, &settings, head, &outcome)?,
        None => Mailer::without_links(&database, &settings, head),
    };
    LIMIT.of(key(&wanted)).count(&database).await?;

    let hash = password::hash(&body.password)?;
    in_even_time(async {
        registration::sweep(&database).await?;
        let made = registration::create(&database, &wanted, &hash).await?;
        if let (Some(id), Some(email)) = (made, &wanted.email) {
            let asked = verification::ask(&mailer, &database, &id, email).await;
            // What went wrong would tell that the address was nobody's. They can ask for another letter.
            asked.unwrap_or_else(|error| error.log());
        }
        Ok(outcome.say("registered"))
    })
    .await
}

fn key(wanted: &Identifiers) -> String {
    let known_by = wanted.email.as_ref().or(wanted.username.as_ref());
    known_by.map(|text| text.to_ascii_lowercase()).unwrap_or_default()
}
