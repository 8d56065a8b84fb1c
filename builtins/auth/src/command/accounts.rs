//! Subcommands of `guesthouse user` that change one account.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use clap::Args;
use guesthouse::command::Answer;
use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, Value, blob, params, step};

use super::{Failure, Who, password_of};
use crate::account::{self, Account};
use crate::{database, identifier, password, sessions, settings};

#[derive(Args)]
pub struct NewEmail {
    #[command(flatten)]
    who: Who,
    /// The new address
    new_email: String,
}

pub async fn delete(who: Who) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &who.who).await?;
    let deleted = database
        .execute("DELETE FROM _user WHERE id = ?1", vec![blob(account.id)])
        .await;
    deleted.map_err(|error| match error {
        DatabaseError::Host(HostError::Constraint(_)) => {
            Failure::Said(format!("another table refers to {} and does not let it go", who.who))
        }
        other => other.into(),
    })?;
    Ok(Answer::success(format!("deleted {}\n", who.who)))
}

pub async fn set_admin(who: Who, is_admin: bool) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &who.who).await?;
    let sql = "UPDATE _user SET admin = ?2, updated = unixepoch() WHERE id = ?1";
    database.execute(sql, vec![blob(account.id), is_admin.into()]).await?;
    let now = if is_admin {
        "is an administrator now"
    } else {
        "is no administrator any more"
    };
    Ok(Answer::success(format!("{} {now}\n", who.who)))
}

pub async fn verify(who: Who) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &who.who).await?;
    let email = account
        .unverified_email
        .ok_or_else(|| Failure::Said(format!("{} has no address to verify", who.who)))?;
    set_email(&database, account.id, &email).await?;
    Ok(Answer::success(format!("{email} is verified\n")))
}

pub async fn change_email(arguments: NewEmail) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &arguments.who.who).await?;
    let email = identifier::email(&arguments.new_email);
    let email = email.ok_or_else(|| {
        Failure::Said(format!(
            "`{}` is no address that mail could be sent to",
            arguments.new_email
        ))
    })?;
    set_email(&database, account.id, &email).await?;
    Ok(Answer::success(format!("{} is {email} now\n", arguments.who.who)))
}

pub async fn change_password(who: Who, input: Option<Vec<u8>>) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &who.who).await?;
    let Some(input) = input else {
        return Ok(Answer::InputWanted("new password: ".into()));
    };
    let text = password_of(&input)?;
    password::check(&*settings::read(&database).await?, text, None)?;
    let parameters = vec![blob(account.id.as_slice()), password::hash(text)?.into()];
    let sql = "UPDATE _user SET password_hash = ?2, updated = unixepoch() WHERE id = ?1";
    let mut steps = vec![step(sql, parameters)];
    steps.extend(sessions::end_all(&account.id));
    database.batch(steps).await?;
    Ok(Answer::success(format!(
        "{} has a new password, and no sessions any more\n",
        who.who
    )))
}

pub async fn invalidate_sessions(who: Who) -> Result<Answer, Failure> {
    let database = database::open()?;
    let account = find(&database, &who.who).await?;
    sessions::end_all_of(&database, &account.id).await?;
    Ok(Answer::success(format!("{} has no sessions any more\n", who.who)))
}

async fn set_email(database: &Database, id: Vec<u8>, email: &str) -> Result<(), Failure> {
    let sql = "UPDATE _user SET email = ?2, unverified_email = NULL, updated = unixepoch() WHERE id = ?1";
    let updated = database.execute(sql, vec![blob(id), email.into()]).await;
    updated.map_err(|error| match database::is_taken(&error) {
        true => Failure::Said(format!("another account has the address {email}")),
        false => error.into(),
    })?;
    Ok(())
}

/// The one account that is meant: by an id as `list` shows it, an address, verified or not, or a name.
async fn find(database: &Database, who: &str) -> Result<Account, Failure> {
    let (condition, parameters): (&str, Vec<Value>) = match URL_SAFE.decode(who) {
        Ok(id) if who.ends_with("==") => ("u.id = ?1", vec![blob(id)]),
        _ if who.contains('@') => ("u.email = ?1 OR u.unverified_email = ?1", params![who]),
        _ => ("u.username = ?1", params![who]),
    };
    let columns = account::COLUMNS;
    let rows = database
        .query(
            &format!("SELECT {columns} FROM _user AS u WHERE {condition} LIMIT 2"),
            parameters,
        )
        .await?;
    match (rows.first(), rows.len()) {
        (Some(row), 1) => Ok(Account::read(row)?),
        (None, _) => Err(Failure::Said(format!(
            "there is no account {who}; `guesthouse user list` shows all"
        ))),
        _ => Err(Failure::Said(format!(
            "{who} is more than one account; name it by its id, which `guesthouse user list` shows"
        ))),
    }
}
