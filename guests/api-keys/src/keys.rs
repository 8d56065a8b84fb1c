//! The keys, in their table.

use guesthouse::bindings::wasi::clocks::system_clock::{self, Instant};
use guesthouse::http::Fields;
use guesthouse::identity::provider::{Caller, Claim, ClaimValue, Error, Proof};
use guesthouse::sqlite::{self, Database, blob, params};

const FIND: &str = "SELECT caller, roles, request_token, expires, email FROM api_key WHERE token = ?1";
const PUT: &str = "INSERT OR REPLACE INTO api_key (token, caller, roles, request_token, expires, email) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// What a key stands for.
pub struct Key {
    caller: Vec<u8>,
    roles: String,
    request_token: Option<String>,
    expires: Option<i64>,
    email: Option<String>,
}

impl Key {
    /// From the fields of a query; none without a caller.
    pub fn from_fields(fields: &Fields) -> Option<Self> {
        let own = |name: &str| fields.get(name).map(str::to_owned);
        Some(Self {
            caller: hexadecimal(fields.get("caller")?)?,
            roles: own("roles").unwrap_or_default(),
            request_token: own("request_token"),
            expires: fields.get("expires").and_then(|text| text.parse().ok()),
            email: own("email"),
        })
    }

    /// Who has this key. None where it has expired, or came in a cookie and is not meant to.
    pub fn into_caller(self, proof: Proof) -> Option<Caller> {
        let has_expired = self
            .expires
            .is_some_and(|expires| expires <= system_clock::now().seconds);
        if has_expired || (proof == Proof::Ambient && self.request_token.is_none()) {
            return None;
        }
        let email = self.email.map(|email| Claim {
            name: "email".into(),
            value: ClaimValue::Text(email),
        });
        Some(Caller {
            id: self.caller,
            roles: self
                .roles
                .split(',')
                .filter(|role| !role.is_empty())
                .map(str::to_owned)
                .collect(),
            proof,
            session: None,
            request_token: self.request_token,
            expires: self.expires.map(|seconds| Instant {
                seconds,
                nanoseconds: 0,
            }),
            claims: email.into_iter().collect(),
        })
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// The key, if there is one.
pub async fn find(token: &str) -> Result<Option<Key>, Error> {
    let found = async {
        let rows = Database::open("main")?.query(FIND, params![token]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Key {
            caller: row.get::<&[u8]>(0)?.to_vec(),
            roles: row.get(1)?,
            request_token: row.get(2)?,
            expires: row.get(3)?,
            email: row.get(4)?,
        }))
    };
    found.await.map_err(|error: sqlite::Error| match error {
        sqlite::Error::Host(sqlite::HostError::Busy) => Error::Unavailable,
        error => Error::Other(error.to_string()),
    })
}

/// Adds a key, or replaces it.
pub async fn put(token: &str, key: Key) -> Result<(), sqlite::Error> {
    let values = params![
        token,
        blob(key.caller),
        key.roles,
        key.request_token,
        key.expires,
        key.email
    ];
    Database::open("main")?.execute(PUT, values).await?;
    Ok(())
}

/// Takes a key away.
pub async fn delete(token: &str) -> Result<(), sqlite::Error> {
    let delete = "DELETE FROM api_key WHERE token = ?1";
    Database::open("main")?.execute(delete, params![token]).await?;
    Ok(())
}

/// Whether this caller has a key that has not expired.
pub async fn has_any(caller: &[u8]) -> Result<bool, sqlite::Error> {
    let any = "SELECT 1 FROM api_key WHERE caller = ?1 AND (expires IS NULL OR expires > unixepoch()) LIMIT 1";
    let rows = Database::open("main")?.query(any, params![blob(caller)]).await?;
    Ok(rows.first().is_some())
}
