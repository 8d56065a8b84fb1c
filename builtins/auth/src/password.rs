//! Passwords: their rules, their hashes, and checking one.
//!
//! Hashing is Argon2id with 7 MiB and five passes, one of the equivalent settings that OWASP recommends: in WebAssembly it
//! takes about as long as elsewhere, but an instance keeps the memory.

use std::hint::black_box;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::Error;
use crate::settings::Settings;
use crate::{limits, random};

const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;
const LANES: u32 = 1;

/// Stands in for the salt of an account that does not exist.
const NOBODYS_SALT: &str = "bm9ib2R5cyBzYWx0ISEhIQ";

/// Hashes a new password, as a PHC string.
pub fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&random::bytes::<16>()?).map_err(internal)?;
    Ok(hasher()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(internal)?
        .to_string())
}

/// Whether a password is the one that was hashed. Without a hash it takes as long to say no, so that the time does not tell
/// which accounts there are.
pub fn verify(password: &str, hash: Option<&str>) -> Result<bool, Error> {
    let is_too_long = password.chars().count() > limits::PASSWORD_CHARACTERS_MAX;
    let password = if is_too_long { "" } else { password };
    let is_right = match hash {
        None => {
            let salt = SaltString::from_b64(NOBODYS_SALT).map_err(internal)?;
            black_box(hasher()?.hash_password(password.as_bytes(), &salt).map_err(internal)?);
            false
        }
        Some(hash) if hash.starts_with("$argon2") => {
            let hash = PasswordHash::new(hash).map_err(|_| unreadable())?;
            hasher()?.verify_password(password.as_bytes(), &hash).is_ok()
        }
        Some(hash) => bcrypt::verify(password, hash).map_err(|_| unreadable())?,
    };
    Ok(is_right && !is_too_long)
}

/// Whether a new password, given twice, is one that the settings allow.
pub fn check(settings: &Settings, password: &str, repeated: Option<&str>) -> Result<(), Error> {
    let length = password.chars().count();
    let has = |test: fn(char) -> bool| password.chars().any(test);
    if repeated.is_some_and(|repeated| repeated != password) {
        return Err(Error::Invalid("the passwords differ"));
    }
    if length < settings.password_minimal_length {
        return Err(Error::PasswordTooShort(settings.password_minimal_length));
    }
    if length > limits::PASSWORD_CHARACTERS_MAX {
        return Err(Error::Invalid("the password has more than 128 characters"));
    }
    if settings.password_must_contain_upper_and_lower_case && !(has(char::is_uppercase) && has(char::is_lowercase)) {
        return Err(Error::Invalid("the password must contain letters of both cases"));
    }
    if settings.password_must_contain_digits && !has(|character| character.is_ascii_digit()) {
        return Err(Error::Invalid("the password must contain a digit"));
    }
    if settings.password_must_contain_special_characters && !has(|character| !character.is_alphanumeric()) {
        return Err(Error::Invalid("the password must contain a special character"));
    }
    Ok(())
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a password cannot be hashed: {error}"))
}

fn unreadable() -> Error {
    Error::Internal("the password_hash of an account is neither of argon2 nor of bcrypt".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let hash = hash("secret \u{fc}").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{hash}");
        assert_eq!(verify("secret \u{fc}", Some(&hash)), Ok(true));
        assert_eq!(verify("secret", Some(&hash)), Ok(false));
        assert_eq!(verify("secret", None), Ok(false));
        assert_ne!(hash, self::hash("secret \u{fc}").unwrap());
    }

    #[test]
    fn hashes_of_other_making_are_verified_too() {
        let bcrypt = bcrypt::hash_with_salt("secret", 4, [7; 16]).unwrap().to_string();
        assert_eq!(verify("secret", Some(&bcrypt)), Ok(true));
        assert_eq!(verify("Secret", Some(&bcrypt)), Ok(false));
        // The reference implementation's: `echo -n password | argon2 somesalt -t 2 -m 16 -p 4 -l 24`, with argon2i.
        let argon2 = "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
        assert_eq!(verify("password", Some(argon2)), Ok(true));
        assert!(verify("secret", Some("$5$nothing")).is_err());
    }

    #[test]
    fn a_password_beyond_the_limit_fits_nothing() {
        let empty = hash("").unwrap();
        assert_eq!(verify(&"a".repeat(129), Some(&empty)), Ok(false));
    }

    #[test]
    fn the_settings_say_what_a_password_must_have() {
        let settings = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings
        };
        let default = Settings::default();
        assert_eq!(check(&default, "12345678", Some("12345678")), Ok(()));
        assert!(check(&default, "1234567", None).is_err());
        assert!(check(&default, "12345678", Some("12345679")).is_err());
        assert!(check(&default, &"a".repeat(129), None).is_err());
        for (settings, wrong, right) in [
            (
                settings(|all| all.password_must_contain_digits = true),
                "abcdefgh",
                "abcdefg1",
            ),
            (
                settings(|all| all.password_must_contain_upper_and_lower_case = true),
                "abcdefgh",
                "Abcdefgh",
            ),
            (
                settings(|all| all.password_must_contain_special_characters = true),
                "abcdefgh",
                "abcdefg!",
            ),
        ] {
            assert!(check(&settings, wrong, None).is_err());
            assert_eq!(check(&settings, right, None), Ok(()));
        }
    }
}
