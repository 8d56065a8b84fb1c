//! `guesthouse user add`.

use clap::Args;
use guesthouse::command::Answer;
use guesthouse::sqlite::params;

use super::{Failure, password_of};
use crate::identifier::{self, Identifier};
use crate::{database, password, settings};

#[derive(Args)]
pub struct Arguments {
    /// An address, which counts as verified, or a name of 3 to 32 letters and digits
    #[arg(value_name = "EMAIL_OR_NAME")]
    who: String,
    /// Make them an administrator
    #[arg(long)]
    admin: bool,
    /// Give them no password, for accounts that sign in some other way
    #[arg(long)]
    no_password: bool,
}

const INSERT: &str = "INSERT INTO _user (email, username, password_hash, admin) VALUES (?1, ?2, ?3, ?4)";

pub async fn add(arguments: Arguments, input: Option<Vec<u8>>) -> Result<Answer, Failure> {
    let identifier = identifier(&arguments.who)?;
    let database = database::open()?;
    let hash = match (arguments.no_password, input) {
        (true, _) => None,
        (false, None) => return Ok(Answer::InputWanted("password: ".into())),
        (false, Some(input)) => {
            let text = password_of(&input)?;
            password::check(&*settings::read(&database).await?, text, None)?;
            Some(password::hash(text)?)
        }
    };
    let (email, username) = match &identifier {
        Identifier::Email(email) => (Some(email), None),
        Identifier::Username(name) => (None, Some(name)),
    };
    let inserted = database
        .execute(INSERT, params![email, username, hash, arguments.admin])
        .await;
    inserted.map_err(|error| match database::is_taken(&error) {
        true => Failure::Said(format!("there is an account {} already", arguments.who)),
        false => error.into(),
    })?;
    let what = if arguments.admin { "administrator" } else { "account" };
    Ok(Answer::success(format!("added the {what} {}\n", arguments.who)))
}

fn identifier(who: &str) -> Result<Identifier, Failure> {
    let (found, what) = if who.contains('@') {
        (
            identifier::email(who).map(Identifier::Email),
            "is no address that mail could be sent to",
        )
    } else {
        (
            identifier::username(who).map(Identifier::Username),
            "is no name: 3 to 32 letters and digits, a letter first",
        )
    };
    found.ok_or_else(|| Failure::Said(format!("`{who}` {what}")))
}
