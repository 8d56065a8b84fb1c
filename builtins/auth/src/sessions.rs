//! Sessions: one for each time that somebody signed in.

use guesthouse::sqlite::{Database, Step, blob, step, step_that_must_affect};

use crate::account::{self, Account};
use crate::attempts::Attempts;
use crate::error::Error;
use crate::settings::Settings;
use crate::tokens::{self, Claims, Tokens};
use crate::{database, keys, limits, random};

/// Characters of a refresh token.
const REFRESH_TOKEN_CHARACTERS: usize = 86;

/// What has to be so for a session to begin, at the moment when it does.
pub struct Opening<'a> {
    /// As it was when the caller proved who they are: a password that was changed since opens nothing.
    pub account: &'a Account,
    pub mfa: bool,
    /// Whether the client reaches this server over https.
    pub is_secure: bool,
    /// What the client says that it is, for its owner to recognise.
    pub user_agent: Option<&'a str>,
    /// Wrong attempts that must not have become too many meanwhile, and are forgotten.
    pub attempts: Option<&'a Attempts>,
}

/// The index of the step below that inserts.
const INSERT_STEP: u32 = 1;
const INSERT: &str = "INSERT INTO _session (id, user, refresh_token_hash, mfa, created, expires, is_secure, user_agent)
    SELECT ?1, id, ?3, ?4, ?5, ?6, ?11, ?12 FROM _user WHERE id = ?2 AND password_hash IS ?7 AND totp_secret IS ?8
    AND NOT EXISTS (SELECT 1 FROM _auth_attempt WHERE key = ?9 AND count >= ?10 AND ends > ?5)";
/// Those that have expired, and the oldest ones where there are too many.
const SWEEP: &str = "DELETE FROM _session WHERE user = ?1 AND (expires <= ?2 OR id IN
    (SELECT id FROM _session WHERE user = ?1 ORDER BY created DESC, id LIMIT -1 OFFSET ?3))";

/// Begins a session.
pub async fn open(database: &Database, opening: &Opening<'_>, settings: &Settings) -> Result<Tokens, Error> {
    let keys = keys::load().await?;
    let now = database::now();
    let id = random::bytes::<16>()?;
    let refresh_token = random::alphanumeric(REFRESH_TOKEN_CHARACTERS)?;
    let account = opening.account;
    let ttl_sec = refresh_ttl_sec(account, settings);
    let key = opening.attempts.map(|attempts| blob(attempts.key.as_slice()));
    let insert = vec![
        blob(id),
        blob(account.id.as_slice()),
        blob(database::digest(&refresh_token)),
        opening.mfa.into(),
        now.into(),
        (ttl_sec >= 0).then(|| now.saturating_add(ttl_sec)).into(),
        account.password_hash.as_ref().into(),
        account.totp_secret.as_ref().into(),
        key.clone().into(),
        opening.attempts.map(Attempts::attempts_max).into(),
        opening.is_secure.into(),
        opening.user_agent.into(),
    ];
    let sweep = vec![
        blob(account.id.as_slice()),
        now.into(),
        (limits::SESSIONS_MAX - 1).into(),
    ];
    let mut steps = vec![step(SWEEP, sweep), step_that_must_affect(INSERT, insert)];
    steps.extend(key.map(|key| step("DELETE FROM _auth_attempt WHERE key = ?1", vec![key])));
    database.batch(steps).await.map_err(|error| {
        if database::is_unmet(&error, INSERT_STEP) {
            Error::TooManyRequests
        } else {
            error.into()
        }
    })?;
    let (auth_token, claims) = tokens::mint(&keys, account, &id, opening.mfa, now, settings.auth_token_ttl_sec)?;
    Ok(Tokens {
        auth_token,
        refresh_token,
        csrf_token: claims.csrf_token,
    })
}

/// How long a new session lasts; negative is for ever.
pub fn refresh_ttl_sec(account: &Account, settings: &Settings) -> i64 {
    if account.is_anonymous() {
        settings.anonymous_refresh_token_ttl_sec
    } else {
        settings.refresh_token_ttl_sec
    }
}

/// Somebody who is signed in, and the session by which they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Vec<u8>,
    pub mfa: bool,
    /// Whether its cookies are sent over https alone.
    pub is_secure: bool,
    pub created: i64,
    pub account: Account,
}

impl Session {
    /// The session with this id, unless it has ended.
    pub async fn by_id(database: &Database, id: &[u8]) -> Result<Option<Self>, Error> {
        Self::find(database, "id", id.to_vec()).await
    }

    /// The session that a refresh token belongs to, unless it has ended.
    pub async fn by_refresh_token(database: &Database, token: &str) -> Result<Option<Self>, Error> {
        Self::find(database, "refresh_token_hash", database::digest(token)).await
    }

    async fn find(database: &Database, column: &str, key: Vec<u8>) -> Result<Option<Self>, Error> {
        let columns = account::COLUMNS;
        let sql = format!(
            "SELECT {columns}, s.id, s.mfa, s.is_secure, s.created FROM _session AS s JOIN _user AS u ON u.id = s.user
            WHERE s.{column} = ?1 AND (s.expires IS NULL OR s.expires > ?2)"
        );
        let rows = database.query(&sql, vec![blob(key), database::now().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Self {
            id: row.get::<&[u8]>(account::COLUMN_COUNT)?.to_vec(),
            mfa: row.get(account::COLUMN_COUNT + 1)?,
            is_secure: row.get(account::COLUMN_COUNT + 2)?,
            created: row.get(account::COLUMN_COUNT + 3)?,
            account: Account::read(row)?,
        }))
    }

    /// A new auth token for this session; none while the account's address is not verified.
    pub async fn mint(&self, settings: &Settings) -> Result<Option<(String, Claims)>, Error> {
        if self.account.is_pending() {
            return Ok(None);
        }
        let keys = keys::load().await?;
        let (now, ttl_sec) = (database::now(), settings.auth_token_ttl_sec);
        tokens::mint(&keys, &self.account, &self.id, self.mfa, now, ttl_sec).map(Some)
    }
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Vec<u8>,
    pub created: i64,
    /// None is never.
    pub expires: Option<i64>,
    pub mfa: bool,
    pub user_agent: Option<String>,
}

/// All sessions of an account that have not ended, the newest first.
pub async fn all_of(database: &Database, user: &[u8]) -> Result<Vec<Listed>, Error> {
    let sql = "SELECT id, created, expires, mfa, user_agent FROM _session
        WHERE user = ?1 AND (expires IS NULL OR expires > ?2) ORDER BY created DESC, id";
    let rows = database.query(sql, vec![blob(user), database::now().into()]).await?;
    let listed = rows.iter().map(|row| {
        Ok(Listed {
            id: row.get::<&[u8]>(0)?.to_vec(),
            created: row.get(1)?,
            expires: row.get(2)?,
            mfa: row.get(3)?,
            user_agent: row.get(4)?,
        })
    });
    listed.collect()
}

/// Ends one session of an account. False where the account has no such session.
pub async fn end_one_of(database: &Database, user: &[u8], id: &[u8]) -> Result<bool, Error> {
    let sql = "DELETE FROM _session WHERE user = ?1 AND id = ?2";
    let ended = database.execute(sql, vec![blob(user), blob(id)]).await?;
    Ok(ended.changes() == 1)
}

/// Ends all sessions of an account but this one.
pub async fn end_others_of(database: &Database, user: &[u8], kept: &[u8]) -> Result<(), Error> {
    let sql = "DELETE FROM _session WHERE user = ?1 AND id <> ?2";
    database.execute(sql, vec![blob(user), blob(kept)]).await?;
    Ok(())
}

/// Ends the session that a refresh token belongs to, if there is one.
pub async fn end(database: &Database, refresh_token: &str) -> Result<(), Error> {
    let hash = blob(database::digest(refresh_token));
    database
        .execute("DELETE FROM _session WHERE refresh_token_hash = ?1", vec![hash])
        .await?;
    Ok(())
}

/// The steps that end all sessions of an account and void all codes that were given out for it, for a batch that does more.
pub fn end_all(user: &[u8]) -> [Step; 2] {
    [
        step("DELETE FROM _session WHERE user = ?1", vec![blob(user)]),
        step("DELETE FROM _auth_code WHERE user = ?1", vec![blob(user)]),
    ]
}

/// Ends all sessions of an account.
pub async fn end_all_of(database: &Database, user: &[u8]) -> Result<(), Error> {
    database.batch(end_all(user).into()).await?;
    Ok(())
}
