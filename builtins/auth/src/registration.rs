//! New accounts that people make for themselves.

use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, blob, params, step};

use crate::error::Error;
use crate::user_identifier::Identifiers;
use crate::{database, limits, random};

/// Nothing where somebody has this address or name. An address that is not verified is nobody's: several may say that it is theirs.
const INSERT: &str = "INSERT INTO _user (id, unverified_email, username, password_hash)
    SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM _user WHERE email = ?2)
    ON CONFLICT (username) DO NOTHING RETURNING 1";
const REMEMBER: &str = "INSERT INTO _registration (user, created)
    SELECT id, ?2 FROM _user WHERE id = ?1 AND unverified_email IS NOT NULL";
const SWEEP: &str = "DELETE FROM _user WHERE email IS NULL AND id IN
    (SELECT user FROM _registration WHERE created <= ?1 ORDER BY created LIMIT ?2)";
const KEEP: &str = "DELETE FROM _registration WHERE user IN
    (SELECT user FROM _registration WHERE created <= ?1 ORDER BY created LIMIT ?2)";

/// Makes an account, and returns its id; none if what it wants to be known by is somebody's.
pub async fn create(database: &Database, wanted: &Identifiers, hash: &str) -> Result<Option<[u8; 16]>, Error> {
    let id = random::uuid()?;
    let insert = vec![
        blob(id),
        wanted.email.as_ref().into(),
        wanted.username.as_ref().into(),
        hash.into(),
    ];
    let remember = vec![blob(id), database::now().into()];
    let results = database
        .batch(vec![step(INSERT, insert), step(REMEMBER, remember)])
        .await?;
    let is_made = results.first().is_some_and(|rows| rows.first().is_some());
    Ok(is_made.then_some(id))
}

/// Forgets some of those who never showed that their address was theirs.
pub async fn sweep(database: &Database) -> Result<(), Error> {
    let old = || {
        let before = database::now() - limits::REGISTRATION_KEPT_SEC;
        params![before, limits::REGISTRATIONS_SWEPT_MAX]
    };
    match database.execute(SWEEP, old()).await {
        // Another table refers to one of them by now, and says that it must not go. Then they stay, all of them.
        Err(DatabaseError::Host(HostError::Constraint(_))) => database.execute(KEEP, old()).await?,
        result => result?,
    };
    Ok(())
}
