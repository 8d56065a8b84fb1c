//! The second factor: codes of six digits that change every half minute (RFC 6238), made from a secret that an app keeps.

use guesthouse::http::Fields;
use guesthouse::sqlite::{Database, blob};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Builder, Secret, Totp};

use crate::account::Account;
use crate::error::Error;
use crate::{database, random};

/// Bytes of a new secret, as RFC 4226 recommends for SHA-1.
const SECRET_BYTES: usize = 20;
/// The fewest that a secret may have, for the same reason.
const SECRET_BYTES_MIN: usize = 16;
/// What apps show the codes under.
const ISSUER: &str = "Guesthouse";

/// Each code is taken once: this changes nothing where it, or a later one, was taken before.
const TAKE: &str = "INSERT INTO _totp_use (user, step) VALUES (?1, ?2)
    ON CONFLICT (user) DO UPDATE SET step = excluded.step WHERE step < excluded.step";

/// A new secret, in base32.
pub fn new_secret() -> Result<String, Error> {
    Ok(Secret::from(random::bytes::<SECRET_BYTES>()?).to_base32())
}

/// The URL by which apps take a secret over.
pub fn url(account: &Account, secret: &str) -> String {
    let name = account
        .email
        .as_deref()
        .or(account.username.as_deref())
        .unwrap_or("account");
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    format!("otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
}

/// The secret in such a URL, if it is long enough to be one.
pub fn secret_of_url(url: &str) -> Option<String> {
    let (_, query) = url.strip_prefix("otpauth://totp/")?.split_once('?')?;
    let secret = Fields::parse(query.as_bytes()).get("secret")?.to_owned();
    let bytes = Secret::try_from_base32(&secret).ok()?;
    (bytes.as_bytes().len() >= SECRET_BYTES_MIN).then_some(secret)
}

/// Whether a code is the one of now, or of half a minute before or after.
pub fn is_right(secret: &str, code: &str) -> bool {
    step(secret, code).is_some()
}

/// Takes a code of an account, once. False where it is wrong or was taken before.
pub async fn take(database: &Database, account: &Account, secret: &str, code: &str) -> Result<bool, Error> {
    let Some(step) = step(secret, code) else {
        return Ok(false);
    };
    let taken = database
        .execute(TAKE, vec![blob(account.id.as_slice()), step.into()])
        .await?;
    Ok(taken.changes() == 1)
}

/// The half minute that a code is of, if it is right.
fn step(secret: &str, code: &str) -> Option<i64> {
    let now = u64::try_from(database::now()).unwrap_or_default();
    let step = generator(secret)?.check(code.trim(), now)?;
    i64::try_from(step).ok()
}

/// Secrets that were brought along may be shorter than the standard wants.
fn generator(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret.trim_end_matches('=')).ok()?;
    Some(Builder::new().with_secret(secret).with_skew(1).build_noncompliant())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 6238, appendix B, of which codes of six digits are the end.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::from(*b"12345678901234567890").to_base32();
        let totp = generator(&secret).unwrap();
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.check(code, time), Some(time / 30));
            assert_eq!(totp.check(code, time + 30), Some(time / 30));
            assert_eq!(totp.check(code, time + 90), None);
        }
        for code in ["", "28708", "2870820", "abcdef", "\u{661}\u{662}\u{663}456"] {
            assert_eq!(totp.check(code, 59), None, "{code}");
        }
    }

    #[test]
    fn a_secret_is_found_in_its_url() {
        let account = Account {
            id: vec![0; 16],
            email: Some("a+b@c".into()),
            unverified_email: None,
            username: None,
            password_hash: None,
            is_admin: false,
            totp_secret: None,
            provider: 0,
        };
        let secret = new_secret().unwrap();
        let url = url(&account, &secret);
        assert!(url.starts_with("otpauth://totp/Guesthouse:a%2Bb%40c?secret="), "{url}");
        assert_eq!(secret_of_url(&url), Some(secret));
        for other in [
            "",
            "otpauth://totp/a",
            "otpauth://totp/a?secret=MFRGG",
            "otpauth://totp/a?secret=1",
            "https://a?secret=x",
        ] {
            assert_eq!(secret_of_url(other), None, "{other}");
        }
    }
}
