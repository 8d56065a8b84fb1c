//! What a browser keeps while somebody is at a provider: the cookie `oauth_state`, which only this server can write and which is
//! good once, for five minutes.

use guesthouse::sqlite::Database;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::failure::Failure;
use crate::attempts::Limit;
use crate::error::Error;
use crate::keys::Keys;
use crate::sign_in::Wish;
use crate::{cookies, database, keys, limits, random};

/// The name of the cookie.
pub const COOKIE: &str = "oauth_state";
/// The paths that it is sent to.
pub const COOKIE_PATH: &str = "/api/auth/v1/oauth/";

/// The `type` of the token in the cookie: no other token can stand for it, nor it for another.
const STATE: u8 = 6;

/// Characters of what is drawn: 62^43 is more than 32 bytes can say.
const SECRET_CHARACTERS: usize = 43;

/// A cookie is taken once.
const USE: Limit = Limit {
    what: "OAuth state",
    attempts_max: 1,
    window_sec: limits::OAUTH_STATE_SEC,
};

/// A sign-in that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "type")]
    kind: u8,
    exp: i64,
    /// The provider that the browser was sent to.
    pub provider: String,
    /// Comes back from the provider in the query.
    pub state: String,
    /// Comes back in the id_token.
    pub nonce: String,
    /// Of PKCE, for the provider.
    pub verifier: String,
    /// Where the browser comes back to, as the provider was told.
    pub callback: String,
    /// How whoever began it wants to be answered.
    pub wish: Wish,
}

impl State {
    /// Begins a sign-in.
    pub fn new(provider: &str, callback: String, wish: Wish) -> Result<Self, Error> {
        Ok(Self {
            kind: STATE,
            exp: database::now() + limits::OAUTH_STATE_SEC,
            provider: provider.into(),
            state: random::alphanumeric(SECRET_CHARACTERS)?,
            nonce: random::alphanumeric(SECRET_CHARACTERS)?,
            verifier: random::alphanumeric(SECRET_CHARACTERS)?,
            callback,
            wish,
        })
    }

    /// The value of the cookie.
    pub async fn seal(&self) -> Result<String, Error> {
        let text = seal(self, &*keys::load().await?)?;
        if COOKIE.len() + text.len() > limits::COOKIE_BYTES_MAX {
            return Err(Failure::TooLong.into());
        }
        Ok(text)
    }

    /// The sign-in that a browser brings back together with the provider's `state`, which ends it.
    pub async fn take(database: &Database, cookie: &str, provider: &str, state: &str) -> Result<Self, Error> {
        let begun = open(cookie, &*keys::load().await?).filter(|begun| begun.provider == provider);
        let begun = begun.filter(|begun| bool::from(begun.state.as_bytes().ct_eq(state.as_bytes())));
        let begun = begun.ok_or(Failure::InvalidState)?;
        match USE.of(&begun.state).count(database).await {
            Err(Error::TooManyRequests | Error::TooOften(_)) => Err(Failure::InvalidState.into()),
            other => other.map(|()| begun),
        }
    }
}

/// The field that sets the cookie.
pub fn set_cookie(value: &str, is_secure: bool) -> String {
    cookies::lax(COOKIE, value, COOKIE_PATH, limits::OAUTH_STATE_SEC, is_secure)
}

/// The field that removes it.
pub fn remove_cookie(is_secure: bool) -> String {
    cookies::lax(COOKIE, "", COOKIE_PATH, 1, is_secure)
}

fn seal(state: &State, keys: &Keys) -> Result<String, Error> {
    let key = keys.current()?;
    let header = Header {
        kid: Some(key.name.clone()),
        ..Header::new(Algorithm::EdDSA)
    };
    encode(&header, state, &key.encoding)
        .map_err(|error| Error::Internal(format!("a cookie cannot be signed: {error}")))
}

fn open(cookie: &str, keys: &Keys) -> Option<State> {
    let name = decode_header(cookie).ok()?.kid?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = 0;
    let state = decode::<State>(cookie, &keys.by_name(&name)?.decoding, &validation)
        .ok()?
        .claims;
    (state.kind == STATE).then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::keys;

    fn state() -> State {
        State::new("google", "https://a.example/callback".into(), Wish::default()).unwrap()
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_key_alone() {
        let (state, keys_of_one) = (state(), keys(&[1]));
        let cookie = seal(&state, &keys_of_one).unwrap();
        assert_eq!(open(&cookie, &keys_of_one), Some(state));
        assert_eq!(open(&cookie, &keys(&[2])), None);
        for other in ["", "a.b.c", &cookie[..cookie.len() - 1], &format!("{cookie}A")] {
            assert_eq!(open(other, &keys_of_one), None, "{other}");
        }
    }

    #[test]
    fn what_has_expired_or_is_of_another_kind_is_not_opened() {
        let keys = keys(&[1]);
        let expired = State {
            exp: database::now() - 1,
            ..state()
        };
        assert_eq!(open(&seal(&expired, &keys).unwrap(), &keys), None);
        let other = State { kind: 1, ..state() };
        assert_eq!(open(&seal(&other, &keys).unwrap(), &keys), None);
        assert!(crate::tokens::verify(&keys, &seal(&state(), &keys).unwrap()).is_none());
    }

    #[test]
    fn nothing_is_drawn_twice() {
        let (one, other) = (state(), state());
        let drawn = [
            &one.state,
            &one.nonce,
            &one.verifier,
            &other.state,
            &other.nonce,
            &other.verifier,
        ];
        let different: std::collections::HashSet<_> = drawn.iter().collect();
        assert_eq!(different.len(), drawn.len());
        assert!(drawn.iter().all(|text| text.len() == SECRET_CHARACTERS));
    }
}
