//! A row of `_user`.

use guesthouse::sqlite::{Database, Row, blob, params};

use crate::error::Error;
use crate::identifier::Identifier;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: Vec<u8>,
    pub email: Option<String>,
    pub unverified_email: Option<String>,
    pub username: Option<String>,
    pub password_hash: Option<String>,
    pub is_admin: bool,
    pub totp_secret: Option<String>,
    pub provider: i64,
}

/// The columns of an account, as `Account::read` wants them first in a result. The table is called `u`.
pub const COLUMNS: &str =
    "u.id, u.email, u.unverified_email, u.username, u.password_hash, u.admin, u.totp_secret, u.provider_id";

/// How many these are.
pub const COLUMN_COUNT: usize = 8;

/// What the name of an account begins with that nobody has named.
pub const ANONYMOUS_PREFIX: &str = "anon";

impl Account {
    pub fn read(row: Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get::<&[u8]>(0)?.to_vec(),
            email: row.get(1)?,
            unverified_email: row.get(2)?,
            username: row.get(3)?,
            password_hash: row.get(4)?,
            is_admin: row.get(5)?,
            totp_secret: row.get(6)?,
            provider: row.get(7)?,
        })
    }

    pub async fn by_identifier(database: &Database, identifier: &Identifier) -> Result<Option<Self>, Error> {
        let (column, text) = match identifier {
            Identifier::Email(text) => ("email", text),
            Identifier::Username(text) => ("username", text),
        };
        let sql = format!("SELECT {COLUMNS} FROM _user AS u WHERE u.{column} = ?1");
        let rows = database.query(&sql, params![text]).await?;
        rows.first().map(Self::read).transpose()
    }

    /// The newest of the accounts that were made with this address and have yet to show that it is theirs.
    pub async fn by_unverified_email(database: &Database, email: &str) -> Result<Option<Self>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM _user AS u WHERE u.unverified_email = ?1 AND u.email IS NULL
            ORDER BY u.created DESC, u.rowid DESC LIMIT 1"
        );
        let rows = database.query(&sql, params![email]).await?;
        rows.first().map(Self::read).transpose()
    }

    pub async fn by_id(database: &Database, id: &[u8]) -> Result<Option<Self>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM _user AS u WHERE u.id = ?1");
        let rows = database.query(&sql, vec![blob(id)]).await?;
        rows.first().map(Self::read).transpose()
    }

    /// Whether they have yet to show that their address is theirs: until then they are given no tokens.
    pub fn is_pending(&self) -> bool {
        self.unverified_email.is_some()
    }

    /// Whether it is an account that somebody got without naming themselves, and nothing has been added to since.
    pub fn is_anonymous(&self) -> bool {
        let has_nothing = self.email.is_none() && self.unverified_email.is_none() && self.password_hash.is_none();
        let is_unnamed = self
            .username
            .as_deref()
            .is_some_and(|name| name.starts_with(ANONYMOUS_PREFIX));
        has_nothing && is_unnamed && self.provider == 0
    }
}
