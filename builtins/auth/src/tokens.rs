//! Auth tokens: JSON Web Tokens that say for an hour or so who somebody is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::error::Error;
use crate::keys::Keys;
use crate::random;

/// Characters of the token that requests with cookies have to repeat.
const REQUEST_TOKEN_CHARACTERS: usize = 20;

/// The `type` of a token that signs requests.
const AUTH: u8 = 1;

/// What an auth token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The id of the account, in base64.
    pub sub: String,
    pub iat: i64,
    pub exp: i64,
    #[serde(rename = "type")]
    pub kind: u8,
    pub email: Option<String>,
    pub username: Option<String>,
    pub csrf_token: String,
    /// How the account was made: 0 is here.
    pub provider: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub admin: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub mfa: bool,
    /// The session, in base64. The token is good for as long as there is this session.
    pub sid: String,
}

/// What a client is given when it signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tokens {
    pub auth_token: String,
    pub refresh_token: String,
    pub csrf_token: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Makes a token for a session of an account. Each one is another: its `csrf_token` is drawn anew.
pub fn mint(
    keys: &Keys,
    account: &Account,
    session: &[u8],
    mfa: bool,
    now: i64,
    ttl_sec: i64,
) -> Result<(String, Claims), Error> {
    let claims = Claims {
        sub: URL_SAFE.encode(&account.id),
        iat: now,
        exp: now.saturating_add(ttl_sec),
        kind: AUTH,
        email: account.email.clone(),
        username: account.username.clone(),
        csrf_token: random::alphanumeric(REQUEST_TOKEN_CHARACTERS)?,
        provider: account.provider,
        admin: account.is_admin,
        mfa,
        sid: URL_SAFE.encode(session),
    };
    let key = keys.current()?;
    let header = Header {
        kid: Some(key.name.clone()),
        ..Header::new(Algorithm::EdDSA)
    };
    let token = encode(&header, &claims, &key.encoding)
        .map_err(|error| Error::Internal(format!("a token cannot be signed: {error}")))?;
    Ok((token, claims))
}

/// What a token says, if one of our keys signed it, it has not expired, and it is of this kind.
pub fn verify(keys: &Keys, token: &str) -> Option<Claims> {
    let name = decode_header(token).ok()?.kid?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = 0;
    let claims = decode::<Claims>(token, &keys.by_name(&name)?.decoding, &validation)
        .ok()?
        .claims;
    (claims.kind == AUTH).then_some(claims)
}

impl Claims {
    /// The session that the token belongs to.
    pub fn session(&self) -> Option<Vec<u8>> {
        URL_SAFE.decode(&self.sid).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;
    use crate::keys::tests::keys;

    fn account() -> Account {
        Account {
            id: vec![255; 16],
            email: Some("a@b".into()),
            unverified_email: None,
            username: None,
            password_hash: None,
            is_admin: true,
            totp_secret: None,
            provider: 0,
        }
    }

    fn minted(seed: u8, ttl_sec: i64) -> (String, Claims) {
        mint(&keys(&[seed]), &account(), &[7; 16], false, database::now(), ttl_sec).unwrap()
    }

    #[test]
    fn a_token_says_what_it_was_made_to_say() {
        let (token, claims) = minted(1, 60);
        assert_eq!(verify(&keys(&[1]), &token), Some(claims.clone()));
        assert_eq!(
            (claims.sub.as_str(), claims.session()),
            ("_____________________w==", Some(vec![7; 16]))
        );
        let payload = serde_json::to_value(&claims).unwrap();
        assert_eq!(
            (&payload["type"], &payload["username"], &payload["admin"]),
            (&1.into(), &serde_json::Value::Null, &true.into())
        );
        assert!(payload.get("mfa").is_none());
        assert_ne!(minted(1, 60).0, token);
    }

    #[test]
    fn after_a_rotation_the_key_before_still_verifies() {
        let (token, _) = minted(1, 60);
        assert!(verify(&keys(&[2, 1]), &token).is_some());
        assert!(verify(&keys(&[3, 2]), &token).is_none());
    }

    #[test]
    fn an_expired_token_says_nothing() {
        assert_eq!(verify(&keys(&[1]), &minted(1, -1).0), None);
    }

    #[test]
    fn a_token_that_somebody_else_made_says_nothing() {
        let (token, claims) = minted(1, 60);
        let keys = keys(&[1]);
        let parts: Vec<&str> = token.split('.').collect();
        let with = |header: &str, claims: &Claims, signature: &str| {
            let encoded = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
            format!(
                "{}.{}.{signature}",
                encoded(header.as_bytes()),
                encoded(&serde_json::to_vec(claims).unwrap())
            )
        };
        let name = &keys.current().unwrap().name;
        let header = |algorithm: &str| format!("{{\"alg\":\"{algorithm}\",\"kid\":\"{name}\"}}");
        assert!(verify(&keys, &with(&header("EdDSA"), &claims, parts[2])).is_none());
        assert!(verify(&keys, &with(&header("none"), &claims, "")).is_none());
        for other in ["", ".", "..", "a.b.c", &token[..token.len() - 1], &format!("{token}.")] {
            assert!(verify(&keys, other).is_none(), "{other}");
        }
        // Signed with what is public, as if it were a shared secret.
        let shared = jsonwebtoken::EncodingKey::from_secret(name.as_bytes());
        let header = Header {
            kid: Some(name.clone()),
            ..Header::new(Algorithm::HS256)
        };
        assert!(verify(&keys, &encode(&header, &claims, &shared).unwrap()).is_none());
    }

    #[test]
    fn a_token_of_another_kind_says_nothing() {
        let keys = keys(&[1]);
        let (_, claims) = minted(1, 60);
        let key = keys.current().unwrap();
        let header = Header {
            kid: Some(key.name.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = encode(&header, &Claims { kind: 2, ..claims }, &key.encoding).unwrap();
        assert_eq!(verify(&keys, &token), None);
    }
}
