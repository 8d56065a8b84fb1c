//! Who made a request.

use guesthouse::sqlite::Database;
use subtle::ConstantTimeEq;

use crate::account::Account;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sessions::Session;
use crate::tokens::{self, Claims};
use crate::{database, keys, limits};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub session: Session,
    /// By a cookie, which browsers send of themselves.
    pub is_ambient: bool,
    /// The token that proved it, and what it says; none where a refresh token did.
    pub token: Option<(String, Claims)>,
}

impl Caller {
    /// Who made a request with these credentials; none if they prove nothing. A refresh token in a cookie will do, for browsers
    /// forget the other cookie earlier.
    pub async fn find(database: &Database, credentials: &Credentials) -> Result<Option<Self>, Error> {
        let token = credentials.bearer.as_ref().or(credentials.cookie_auth_token.as_ref());
        let is_ambient = credentials.bearer.is_none();
        if let Some(token) = token
            && let Some(claims) = tokens::verify(&*keys::load().await?, token)
            && let Some(id) = claims.session()
            && let Some(session) = Session::by_id(database, &id).await?
        {
            let token = Some((token.clone(), claims));
            return Ok(Some(Self {
                session,
                is_ambient,
                token,
            }));
        }
        let Some(refresh_token) = &credentials.cookie_refresh_token else {
            return Ok(None);
        };
        let session = Session::by_refresh_token(database, refresh_token).await?;
        let session = session.filter(|session| !session.account.is_pending());
        Ok(session.map(|session| Self {
            session,
            is_ambient: true,
            token: None,
        }))
    }

    /// Who made the request; `Error::Unauthorized` if that is not known.
    pub async fn require(database: &Database, credentials: &Credentials) -> Result<Self, Error> {
        Self::find(database, credentials).await?.ok_or(Error::Unauthorized)
    }

    pub fn account(&self) -> &Account {
        &self.session.account
    }

    /// Refuses whoever signed in too long ago, or by fewer factors than the account has.
    pub fn require_recent_sign_in(&self) -> Result<(), Error> {
        let is_recent = database::now() - self.session.created <= limits::RECENT_SIGN_IN_SEC;
        let has_all_factors = self.session.mfa || self.account().totp_secret.is_none();
        if is_recent && has_all_factors {
            Ok(())
        } else {
            Err(Error::SignInAgain)
        }
    }

    /// Refuses a request that changes something unless it was made on purpose: one by a cookie has to repeat the request token,
    /// in a header field or in its body, which no other site can.
    pub fn authorize_change(&self, credentials: &Credentials, in_body: Option<&str>) -> Result<(), Error> {
        if !self.is_ambient && in_body.is_none() {
            return Ok(());
        }
        let expected = self.token.as_ref().map(|(_, claims)| claims.csrf_token.as_bytes());
        let given = in_body.or(credentials.request_token.as_deref());
        match (expected, given) {
            (Some(expected), Some(given)) if bool::from(expected.ct_eq(given.as_bytes())) => Ok(()),
            _ => Err(Error::InvalidRequestToken),
        }
    }
}
