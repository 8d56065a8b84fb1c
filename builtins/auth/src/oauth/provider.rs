//! The rows of `_oauth_provider`: by which servers people may sign in here.

use guesthouse::secrets;
use guesthouse::sqlite::{Database, Row, params};

use super::known::{self, Known, Urls};
use crate::error::Error;

/// A provider that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub known: &'static Known,
    pub display_name: String,
    pub client_id: String,
    pub scopes: String,
    pub place: Place,
    /// Apple's names of team and key.
    pub key: Option<(String, String)>,
}

/// How it is known where the provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Known(&'static Urls),
    /// Discovered.
    Issuer(String),
    /// Set by the operator, for OAuth 2 without id_tokens.
    Set {
        authorization: String,
        token: String,
        user: String,
    },
}

const COLUMNS: &str =
    "name, client_id, display_name, issuer, auth_url, token_url, user_api_url, scopes, team_id, key_id";

impl Provider {
    /// The provider with this name.
    pub async fn by_name(database: &Database, name: &str) -> Result<Option<Self>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM _oauth_provider WHERE name = ?1");
        let rows = database.query(&sql, params![name]).await?;
        Ok(rows.first().map(Self::read).transpose()?.flatten())
    }

    /// All of them, by name.
    pub async fn all(database: &Database) -> Result<Vec<Self>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM _oauth_provider ORDER BY name");
        let rows = database.query(&sql, params![]).await?;
        let read: Result<Vec<_>, _> = rows.iter().map(Self::read).collect();
        Ok(read?.into_iter().flatten().collect())
    }

    /// The table's constraints see to it that a row is whole and its name known.
    fn read(row: Row<'_>) -> Result<Option<Self>, Error> {
        let Some(known) = known::by_name(row.get(0)?) else {
            return Ok(None);
        };
        let (issuer, authorization): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let (token, user): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
        let place = match (issuer, authorization, token, user, &known.urls) {
            (Some(issuer), ..) => Place::Issuer(issuer),
            (None, Some(authorization), Some(token), Some(user), _) => Place::Set {
                authorization,
                token,
                user,
            },
            (.., Some(urls)) => Place::Known(urls),
            _ => return Ok(None),
        };
        let (display_name, scopes): (Option<String>, Option<String>) = (row.get(2)?, row.get(7)?);
        let (team, key): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
        Ok(Some(Self {
            known,
            display_name: display_name.unwrap_or_else(|| known.display_name.into()),
            client_id: row.get(1)?,
            scopes: scopes.unwrap_or_else(|| known.scopes.into()),
            place,
            key: team.zip(key),
        }))
    }

    pub fn name(&self) -> &'static str {
        self.known.name
    }

    /// The name of the client's secret.
    pub fn secret_name(&self) -> String {
        format!("OAUTH_{}_CLIENT_SECRET", self.name().to_ascii_uppercase())
    }

    /// The client's secret. The error is for the operator.
    pub fn secret(&self) -> Result<String, String> {
        let name = self.secret_name();
        let secret = secrets::get(&name).map_err(|error| format!("the secret {name} cannot be read: {error}"))?;
        let secret =
            secret.ok_or_else(|| format!("the secret {name} is not set: write `guesthouse secrets set {name}`"))?;
        String::from_utf8(secret).map_err(|_| format!("the secret {name} is no text"))
    }
}
