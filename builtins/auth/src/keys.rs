//! The keys that auth tokens are signed with: Ed25519, each made from a secret of 32 bytes.
//!
//! There is one to sign with, and after a rotation the one before it, which still verifies what it signed. A token names its
//! key by `kid`.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use guesthouse::secrets;
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The secret of the key to sign with, which is made when it is first asked for.
pub const CURRENT: &str = "AUTH_SIGNING_KEY";
/// The secret of the key before it.
pub const PREVIOUS: &str = "AUTH_SIGNING_KEY_PREVIOUS";

/// Bytes of a secret.
pub const SEED_BYTES: usize = 32;
/// Bytes of a public key's digest that name it.
const NAME_BYTES: usize = 9;
/// What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A key that signs and verifies.
pub struct Key {
    pub name: String,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
}

/// All keys. The first signs.
pub struct Keys(Vec<Key>);

/// The seeds that keys were made from, and the keys.
type Kept = (Vec<Vec<u8>>, Rc<Keys>);

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// The keys as they are now.
pub async fn load() -> Result<Rc<Keys>, Error> {
    let current = match secrets::get(CURRENT).map_err(internal)? {
        Some(seed) => seed,
        None => secrets::get_or_generate(CURRENT, SEED_BYTES as u32)
            .await
            .map_err(internal)?,
    };
    let mut seeds = vec![current];
    seeds.extend(secrets::get(PREVIOUS).map_err(internal)?);
    let kept = KEPT.with_borrow(|kept| {
        kept.as_ref()
            .filter(|(of, _)| *of == seeds)
            .map(|(_, keys)| keys.clone())
    });
    if let Some(keys) = kept {
        return Ok(keys);
    }
    let keys = Rc::new(Keys::from_seeds(&seeds)?);
    KEPT.set(Some((seeds, keys.clone())));
    Ok(keys)
}

impl Keys {
    fn from_seeds(seeds: &[Vec<u8>]) -> Result<Self, Error> {
        seeds
            .iter()
            .map(|seed| Key::from_seed(seed))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The key to sign with.
    pub fn current(&self) -> Result<&Key, Error> {
        self.0.first().ok_or_else(|| internal("there is none"))
    }

    pub fn by_name(&self, name: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.name == name)
    }
}

impl Key {
    fn from_seed(seed: &[u8]) -> Result<Self, Error> {
        let seed: [u8; SEED_BYTES] = seed
            .try_into()
            .map_err(|_| internal("the secret is not 32 bytes long"))?;
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        Ok(Self {
            name: URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..NAME_BYTES]),
            encoding: EncodingKey::from_ed_der(&[PKCS8_PREFIX.as_slice(), &seed].concat()),
            decoding: DecodingKey::from_ed_der(&public),
        })
    }
}

fn internal(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the signing key cannot be had: {why}"))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Keys made of these bytes. The first signs.
    pub fn keys(seeds: &[u8]) -> Keys {
        Keys::from_seeds(&seeds.iter().map(|byte| vec![*byte; SEED_BYTES]).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_key_is_found_by_its_name() {
        let keys = keys(&[1, 2]);
        let name = keys.0[1].name.clone();
        assert_eq!(keys.by_name(&name).map(|key| key.name.as_str()), Some(name.as_str()));
        assert_ne!(keys.current().unwrap().name, name);
        assert!(keys.by_name("").is_none());
    }

    #[test]
    fn a_secret_of_another_length_is_no_key() {
        assert!(matches!(Keys::from_seeds(&[vec![1; 31]]), Err(Error::Internal(_))));
    }
}
