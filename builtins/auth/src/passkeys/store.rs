//! The rows of `_passkey`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::sqlite::{Constraint, ConstraintKind, Database, Error as DatabaseError, HostError, blob};
use webauthn_rp::response::Backup;

use crate::account::{self, Account};
use crate::error::Error;
use crate::{database, limits};

/// A key as an authenticator gave it.
pub struct New {
    pub id: Vec<u8>,
    pub public_key: Vec<u8>,
    pub sign_count: u32,
    pub backup: i64,
    pub transports: u8,
}

/// One that somebody wants to sign in by, and whose it is.
pub struct Stored {
    pub account: Account,
    pub public_key: Vec<u8>,
    pub sign_count: u32,
    pub backup: i64,
}

/// What a use changes.
pub struct Use {
    pub sign_count: u32,
    pub backup: i64,
}

/// One by which a browser recognizes an authenticator that has a key already.
pub struct Known {
    pub id: Vec<u8>,
    pub transports: u8,
}

/// One as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Vec<u8>,
    pub name: String,
    pub created: i64,
    pub last_used: Option<i64>,
    pub is_backed_up: bool,
}

/// An id as browsers write it.
pub fn id_text(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

const INSERT: &str = "INSERT INTO _passkey (id, user, name, public_key, sign_count, backup, transports, created)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM _passkey WHERE user = ?2) < ?9";
/// Nothing where it was used or deleted meanwhile: of two uses at once one counts.
const COUNT_USE: &str =
    "UPDATE _passkey SET sign_count = ?2, backup = ?3, last_used = ?4 WHERE id = ?1 AND sign_count = ?5";

/// Adds one to an account.
pub async fn insert(database: &Database, user: &[u8], name: &str, new: New) -> Result<(), Error> {
    let parameters = vec![
        blob(new.id),
        blob(user),
        name.into(),
        blob(new.public_key),
        i64::from(new.sign_count).into(),
        new.backup.into(),
        i64::from(new.transports).into(),
        database::now().into(),
        limits::PASSKEYS_MAX.into(),
    ];
    let inserted = database
        .execute(INSERT, parameters)
        .await
        .map_err(|error| match error {
            DatabaseError::Host(HostError::Constraint(Constraint {
                kind: ConstraintKind::PrimaryKey,
                ..
            })) => Error::Conflict,
            other => other.into(),
        })?;
    if inserted.changes() == 0 {
        return Err(Error::TooManyPasskeys);
    }
    Ok(())
}

/// The passkey of this id, if it is that account's.
pub async fn find(database: &Database, id: &[u8], user: &[u8]) -> Result<Option<Stored>, Error> {
    let sql = format!(
        "SELECT {}, p.public_key, p.sign_count, p.backup FROM _passkey AS p JOIN _user AS u ON u.id = p.user
        WHERE p.id = ?1 AND p.user = ?2",
        account::COLUMNS
    );
    let rows = database.query(&sql, vec![blob(id), blob(user)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Stored {
        account: Account::read(row)?,
        public_key: row.get::<&[u8]>(account::COLUMN_COUNT)?.to_vec(),
        sign_count: sign_count(row.get(account::COLUMN_COUNT + 1)?),
        backup: row.get(account::COLUMN_COUNT + 2)?,
    }))
}

/// Remembers a use. False where another one was remembered, or the passkey deleted, since it was read.
pub async fn count_use(database: &Database, id: &[u8], before: &Stored, used: &Use) -> Result<bool, Error> {
    let parameters = vec![
        blob(id),
        i64::from(used.sign_count).into(),
        used.backup.into(),
        database::now().into(),
        i64::from(before.sign_count).into(),
    ];
    Ok(database.execute(COUNT_USE, parameters).await?.changes() == 1)
}

/// Those of an account, for a browser.
pub async fn known(database: &Database, user: &[u8]) -> Result<Vec<Known>, Error> {
    let sql = "SELECT id, transports FROM _passkey WHERE user = ?1";
    let rows = database.query(sql, vec![blob(user)]).await?;
    let known = rows.iter().map(|row| {
        Ok(Known {
            id: row.get::<&[u8]>(0)?.to_vec(),
            transports: u8::try_from(row.get::<i64>(1)?).unwrap_or_default(),
        })
    });
    known.collect()
}

/// Those of an account, for its owner, in the order in which they were added.
pub async fn all_of(database: &Database, user: &[u8]) -> Result<Vec<Listed>, Error> {
    let sql = "SELECT id, name, created, last_used, backup = 2 FROM _passkey WHERE user = ?1 ORDER BY created, id";
    let rows = database.query(sql, vec![blob(user)]).await?;
    let listed = rows.iter().map(|row| {
        Ok(Listed {
            id: row.get::<&[u8]>(0)?.to_vec(),
            name: row.get(1)?,
            created: row.get(2)?,
            last_used: row.get(3)?,
            is_backed_up: row.get(4)?,
        })
    });
    listed.collect()
}

/// Calls one of an account something else. False where the account has no such passkey.
pub async fn rename(database: &Database, user: &[u8], id: &[u8], name: &str) -> Result<bool, Error> {
    let sql = "UPDATE _passkey SET name = ?3 WHERE id = ?1 AND user = ?2";
    let renamed = database.execute(sql, vec![blob(id), blob(user), name.into()]).await?;
    Ok(renamed.changes() == 1)
}

/// Deletes one of an account. False where the account has no such passkey.
pub async fn delete(database: &Database, user: &[u8], id: &[u8]) -> Result<bool, Error> {
    let sql = "DELETE FROM _passkey WHERE id = ?1 AND user = ?2";
    let deleted = database.execute(sql, vec![blob(id), blob(user)]).await?;
    Ok(deleted.changes() == 1)
}

/// How the column `backup` has it.
pub fn backup_number(backup: Backup) -> i64 {
    match backup {
        Backup::NotEligible => 0,
        Backup::Eligible => 1,
        Backup::Exists => 2,
    }
}

pub fn backup_of(number: i64) -> Backup {
    match number {
        0 => Backup::NotEligible,
        1 => Backup::Eligible,
        _ => Backup::Exists,
    }
}

/// A counter has 32 bits. One that was made larger in the table lets nobody in.
fn sign_count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
