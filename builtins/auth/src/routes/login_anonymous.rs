//! `POST login_anonymous`: an account for whoever comes, without a name.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::params;
use serde::Deserialize;

use crate::account::{ANONYMOUS_PREFIX, Account};
use crate::error::Error;
use crate::head::Head;
use crate::sessions::Opening;
use crate::sign_in::{Answer, Wish};
use crate::{body, database, random, settings};

#[derive(Deserialize)]
struct Body {
    #[serde(flatten)]
    wish: Wish,
}

/// Characters of a drawn name behind its beginning.
const NAME_CHARACTERS: usize = 6;
/// How often another name is drawn where one is taken: with a million accounts it is one in two thousand.
const DRAWS_MAX: usize = 8;

pub async fn login_anonymous(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, kind) = body::read::<Body>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    if !settings.enable_anonymous_signin {
        return Err(Error::NotFound);
    }
    let answer = Answer::read(body.wish, kind, &head, &settings)?;
    let account = create(&database).await?;
    let opening = Opening {
        account: &account,
        mfa: false,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: None,
    };
    answer.sign_in(&database, &opening, &settings).await
}

async fn create(database: &guesthouse::sqlite::Database) -> Result<Account, Error> {
    for _ in 0..DRAWS_MAX {
        let name = format!("{ANONYMOUS_PREFIX}{}", random::lower_case_and_digits(NAME_CHARACTERS)?);
        let result = database
            .execute("INSERT INTO _user (username) VALUES (?1) RETURNING id", params![name])
            .await;
        let rows = match result {
            Err(error) if database::is_taken(&error) => continue,
            result => result?,
        };
        let id: &[u8] = rows.first().map_or(Ok(&[][..]), |row| row.get(0))?;
        let account = Account::by_id(database, id).await?;
        return account.ok_or_else(|| Error::Internal("an account is gone as soon as it is made".into()));
    }
    Err(Error::Internal(
        "all names that were drawn for an account are taken".into(),
    ))
}
