//! Showing that an address is one's own: until then an account is given no tokens.

use guesthouse::sqlite::{Database, blob, step_that_must_affect};

use crate::codes::{self, Code, Purpose};
use crate::database;
use crate::error::Error;
use crate::mail::{Mailer, Template};

const VERIFY: &str = "UPDATE _user SET email = unverified_email, unverified_email = NULL, updated = unixepoch()
    WHERE id = ?1 AND unverified_email = ?2";

/// Sends a link to an address that an account says is its own.
pub async fn ask(mailer: &Mailer<'_>, database: &Database, user: &[u8], email: &str) -> Result<(), Error> {
    let code = Code {
        user: user.to_vec(),
        detail: Some(email.to_owned()),
        mfa: false,
    };
    let code = codes::give_out(database, Purpose::VerifyEmail, &code).await?;
    mailer.send(Template::UserVerification, email, &code).await
}

/// Takes an address for shown. `Error::Unauthorized` where the account has given another one since, `Error::Conflict` where somebody
/// else was first.
pub async fn succeed(database: &Database, user: &[u8], email: &str) -> Result<(), Error> {
    let verify = step_that_must_affect(VERIFY, vec![blob(user), email.into()]);
    database.batch(vec![verify]).await.map_err(|error| match error {
        error if database::is_taken(&error) => Error::Conflict,
        error if database::is_unmet(&error, 0) => Error::Unauthorized,
        error => error.into(),
    })?;
    Ok(())
}
