//! How often something may be tried: counted in the database, for all instances and across restarts.

use guesthouse::sqlite::{Database, blob, params, step};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::{database, limits};

/// Counts attempts. One that is made after another was counted is not forgotten until the window ends.
const COUNT: &str =
    "INSERT INTO _auth_attempt (key, count, ends) VALUES (?1, 1, ?2 + ?3) ON CONFLICT (key) DO UPDATE SET
    count = iif(ends <= ?2, 1, count + 1), ends = iif(ends <= ?2, excluded.ends, ends) RETURNING count";
const SWEEP: &str =
    "DELETE FROM _auth_attempt WHERE key IN (SELECT key FROM _auth_attempt WHERE ends <= ?1 ORDER BY ends LIMIT ?2)";
const READ: &str = "SELECT count FROM _auth_attempt WHERE key = ?1 AND ends > ?2";

/// What may be tried so many times within a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub what: &'static str,
    pub attempts_max: i64,
    pub window_sec: i64,
}

/// A limit for one account or address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempts {
    limit: Limit,
    pub key: Vec<u8>,
}

impl Limit {
    /// For mail that anybody may ask for, so many times within so many seconds.
    pub const fn of_mails(what: &'static str, (attempts_max, window_sec): (i64, i64)) -> Self {
        Self {
            what,
            attempts_max,
            window_sec,
        }
    }

    /// For whom it counts: an account's id, or what a request names one by, whether or not there is such an account.
    pub fn of(self, whom: impl AsRef<[u8]>) -> Attempts {
        let mut digest = Sha256::new();
        digest.update(self.what.as_bytes());
        digest.update([0]);
        digest.update(whom.as_ref());
        Attempts {
            limit: self,
            key: digest.finalize().to_vec(),
        }
    }
}

impl Attempts {
    pub fn attempts_max(&self) -> i64 {
        self.limit.attempts_max
    }

    fn refusal(&self) -> Error {
        match self.limit.window_sec {
            limits::ATTEMPT_WINDOW_SEC => Error::TooManyRequests,
            window_sec => Error::TooOften(window_sec),
        }
    }

    /// Refuses where there were as many as there may be.
    pub async fn check(&self, database: &Database) -> Result<(), Error> {
        let parameters = vec![blob(self.key.as_slice()), database::now().into()];
        let rows = database.query(READ, parameters).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
        if count < self.limit.attempts_max {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }

    /// Counts one, and refuses where it was one too many.
    pub async fn count(&self, database: &Database) -> Result<(), Error> {
        let now = database::now();
        let count = vec![blob(self.key.as_slice()), now.into(), self.limit.window_sec.into()];
        let results = database
            .batch(vec![step(SWEEP, params![now, limits::SWEPT_MAX]), step(COUNT, count)])
            .await?;
        let row = results.last().and_then(|rows| rows.first());
        let count: i64 = row.map_or(Ok(1), |row| row.get(0))?;
        if count <= self.limit.attempts_max {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }
}
