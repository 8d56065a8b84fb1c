//! `guesthouse user import`.

use guesthouse::command::Answer;
use guesthouse::sqlite::{Error as DatabaseError, HostError, Step, params, step};
use serde::Deserialize;

use super::Failure;
use crate::error::Error;
use crate::{database, identifier};

pub const ABOUT: &str = "Add many accounts, from standard input: an object of JSON in each line.

    {\"email\": \"alice@example.org\", \"password_hash\": \"$argon2id$...\"}

Each has `email` or `username` or both. `password_hash` is of argon2 or bcrypt; without one no password opens the account. \
`verified` (true unless it says false), `admin` (false) and `totp_secret` (base32) may be there as well. All are added, or none.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    email: Option<String>,
    username: Option<String>,
    password_hash: Option<String>,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    admin: bool,
    totp_secret: Option<String>,
}

fn yes() -> bool {
    true
}

/// Mistakes that are shown at once.
const MISTAKES_MAX: usize = 20;

const INSERT: &str = "INSERT INTO _user (email, unverified_email, username, password_hash, admin, totp_secret)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

pub async fn import(input: Option<Vec<u8>>) -> Result<Answer, Failure> {
    let Some(input) = input else {
        return Ok(Answer::InputWanted("accounts, one object of JSON a line".into()));
    };
    let text = std::str::from_utf8(&input).map_err(|_| Failure::Said("the input is no text (UTF-8)".into()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (steps, mistakes): (Vec<_>, Vec<_>) = lines
        .map(|(index, line)| read(line).map_err(|why| format!("line {}: {why}", index + 1)))
        .partition(Result::is_ok);
    let mistakes: Vec<String> = mistakes
        .into_iter()
        .filter_map(Result::err)
        .take(MISTAKES_MAX)
        .collect();
    if !mistakes.is_empty() {
        return Err(Failure::Said(mistakes.join("\n")));
    }
    let steps: Vec<Step> = steps.into_iter().filter_map(Result::ok).collect();
    let count = steps.len();
    if count > 0 {
        database::open()?.batch(steps).await.map_err(|error| match error {
            DatabaseError::Host(HostError::Constraint(constraint)) => {
                Failure::Said(format!("nothing was added: {}", constraint.message))
            }
            other => Failure::Other(Error::from(other)),
        })?;
    }
    Ok(Answer::success(format!("added {count} accounts\n")))
}

fn read(line: &str) -> Result<Step, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let email = line
        .email
        .map(|text| identifier::email(&text).ok_or(format!("`{text}` is no address")))
        .transpose()?;
    let name = line
        .username
        .map(|text| identifier::username(&text).ok_or(format!("`{text}` is no name")))
        .transpose()?;
    if email.is_none() && name.is_none() {
        return Err("email or username is needed".into());
    }
    let (email, unverified) = if line.verified { (email, None) } else { (None, email) };
    Ok(step(
        INSERT,
        params![
            email,
            unverified,
            name,
            line.password_hash,
            line.admin,
            line.totp_secret
        ],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_account_or_says_what_is_wrong() {
        assert!(read(r#"{"email": "a@b", "verified": false}"#).is_ok());
        for line in [
            "",
            "{}",
            "[]",
            r#"{"email": "a"}"#,
            r#"{"username": "a b"}"#,
            r#"{"email": "a@b", "password": "x"}"#,
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
