//! `guesthouse user first`, which the server also runs whenever it starts: an administrator for a server without any account.

use guesthouse::command::Answer;
use guesthouse::http::public_origin;
use guesthouse::sqlite::{Database, params};

use super::Failure;
use crate::error::Error;
use crate::{database, password, random, settings};

const EMAIL: &str = "admin@localhost";
/// Letters and digits of the password: more than anybody could try.
const PASSWORD_CHARACTERS: usize = 20;

/// Of several who try at once one makes the account: the table decides.
const INSERT: &str =
    "INSERT INTO _user (email, password_hash, admin) SELECT ?1, ?2, 1 WHERE NOT EXISTS (SELECT 1 FROM _user)";

/// Says nothing where there is nothing to do, since it is run at every start. A password that nobody may sign in by is of no use.
pub async fn first() -> Result<Answer, Failure> {
    let database = database::open()?;
    if has_accounts(&database).await? || settings::read(&database).await?.disable_password_auth {
        return Ok(Answer::success(""));
    }
    let text = random::alphanumeric(PASSWORD_CHARACTERS)?;
    let inserted = database.execute(INSERT, params![EMAIL, password::hash(&text)?]).await?;
    if inserted.changes() == 0 {
        return Ok(Answer::success(""));
    }
    let origin = public_origin().unwrap_or_default();
    Ok(Answer::success(format!(
        "There was no account yet. An administrator has been made:\n\
         \x20   address   {EMAIL}\n\
         \x20   password  {text}\n\
         It is not shown again. Sign in at {origin}/_/auth/login and change it, or run `guesthouse user change-password {EMAIL}`\n"
    )))
}

async fn has_accounts(database: &Database) -> Result<bool, Error> {
    let rows = database.query("SELECT 1 FROM _user LIMIT 1", params![]).await?;
    Ok(rows.first().is_some())
}
