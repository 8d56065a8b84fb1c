//! Codes that are good for one use within a short time. The database keeps their digests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::sqlite::{Database, Step, blob, params, step, step_that_must_affect};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::{database, limits, random};

/// Characters of a code: letters and digits.
pub const CODE_CHARACTERS: usize = 48;
/// Characters of one that is typed: capital letters and digits.
const OTP_CHARACTERS: usize = 6;

const INSERT: &str =
    "INSERT INTO _auth_code (hash, purpose, user, detail, mfa, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SWEEP: &str =
    "DELETE FROM _auth_code WHERE hash IN (SELECT hash FROM _auth_code WHERE expires <= ?1 ORDER BY expires LIMIT ?2)";

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be exchanged for tokens by whoever made the PKCE challenge.
    Authorization,
    /// To give the second factor after the first.
    Mfa,
    /// To show the secret of a second factor again to whoever takes it over into an app.
    TotpSetup,
    /// To show that an address is one's own; `detail` is the address. So it is with the others that are sent by mail.
    VerifyEmail,
    /// To take another address.
    ChangeEmail,
    /// To set a new password without the old one.
    ResetPassword,
    /// To sign in without a password. This one is short, and good for its account alone: see `otp`.
    Otp,
}

/// Those that are sent by mail.
const MAILED: [Purpose; 4] = [
    Purpose::VerifyEmail,
    Purpose::ChangeEmail,
    Purpose::ResetPassword,
    Purpose::Otp,
];

/// What a code was given out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub user: Vec<u8>,
    pub detail: Option<String>,
    pub mfa: bool,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Mfa => "mfa",
            Self::TotpSetup => "totp setup",
            Self::VerifyEmail => "verify email",
            Self::ChangeEmail => "change email",
            Self::ResetPassword => "reset password",
            Self::Otp => "otp",
        }
    }

    fn lifetime_sec(self) -> i64 {
        match self {
            Self::Authorization => limits::AUTHORIZATION_CODE_SEC,
            Self::Mfa => limits::MFA_SEC,
            Self::TotpSetup => limits::TOTP_SETUP_SEC,
            Self::VerifyEmail => limits::VERIFICATION_SEC,
            Self::ChangeEmail | Self::ResetPassword => limits::MAILED_CODE_SEC,
            Self::Otp => limits::OTP_SEC,
        }
    }

    /// Whether an account has one of these at most: the last one.
    fn is_single(self) -> bool {
        self == Self::TotpSetup || MAILED.contains(&self)
    }
}

/// Makes a code. Where there is one at a time, it takes the place of the one before. Some of those that have expired are forgotten by the way.
pub async fn give_out(database: &Database, purpose: Purpose, code: &Code) -> Result<String, Error> {
    let (text, kept) = match purpose {
        Purpose::Otp => {
            let text = random::upper_case_and_digits(OTP_CHARACTERS)?;
            let kept = otp(&code.user, &text);
            (text, kept)
        }
        _ => {
            let text = random::alphanumeric(CODE_CHARACTERS)?;
            (text.clone(), text)
        }
    };
    let now = database::now();
    let mut steps = vec![step(SWEEP, params![now, limits::SWEPT_MAX])];
    if purpose.is_single() {
        let which = vec![blob(code.user.as_slice()), purpose.name().into()];
        steps.push(step("DELETE FROM _auth_code WHERE user = ?1 AND purpose = ?2", which));
    }
    let insert = vec![
        blob(database::digest(&kept)),
        purpose.name().into(),
        blob(code.user.as_slice()),
        code.detail.as_ref().into(),
        code.mfa.into(),
        (now + purpose.lifetime_sec()).into(),
    ];
    steps.push(step(INSERT, insert));
    database.batch(steps).await?;
    Ok(text)
}

/// What a password for one use is looked up by: it is so short that two accounts may be given the same.
pub fn otp(user: &[u8], text: &str) -> String {
    format!("{} {}", URL_SAFE_NO_PAD.encode(user), text.trim().to_ascii_uppercase())
}

/// The step that voids all that was mailed to an account.
pub fn void_mailed(user: &[u8]) -> Step {
    let [verify, change, reset, otp] = MAILED.map(|purpose| purpose.name().into());
    let mailed = "DELETE FROM _auth_code WHERE user = ?1 AND purpose IN (?2, ?3, ?4, ?5)";
    step(mailed, vec![blob(user), verify, change, reset, otp])
}

/// The step that uses a code up, for a batch that does more: it must affect a row.
pub fn use_up_step(purpose: Purpose, text: &str) -> Step {
    step_that_must_affect(
        "DELETE FROM _auth_code WHERE hash = ?1 AND purpose = ?2 AND expires > ?3",
        parameters(purpose, text),
    )
}

/// What a code is good for, without using it up: for one that goes with something that may be mistyped.
pub async fn look_up(database: &Database, purpose: Purpose, text: &str) -> Result<Option<Code>, Error> {
    let sql = "SELECT user, detail, mfa FROM _auth_code WHERE hash = ?1 AND purpose = ?2 AND expires > ?3";
    let rows = database.query(sql, parameters(purpose, text)).await?;
    rows.first().map(Code::read).transpose()
}

/// Uses a code up. Of several who try at once one succeeds.
pub async fn use_up(database: &Database, purpose: Purpose, text: &str) -> Result<Option<Code>, Error> {
    let sql = "DELETE FROM _auth_code WHERE hash = ?1 AND purpose = ?2 AND expires > ?3 RETURNING user, detail, mfa";
    let rows = database.execute(sql, parameters(purpose, text)).await?;
    rows.first().map(Code::read).transpose()
}

fn parameters(purpose: Purpose, text: &str) -> Vec<guesthouse::sqlite::Value> {
    vec![
        blob(database::digest(text)),
        purpose.name().into(),
        database::now().into(),
    ]
}

impl Code {
    fn read(row: guesthouse::sqlite::Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            user: row.get::<&[u8]>(0)?.to_vec(),
            detail: row.get(1)?,
            mfa: row.get(2)?,
        })
    }
}

/// Whether this text is what the challenge of PKCE (RFC 7636, S256) was made of.
pub fn answers_challenge(verifier: &str, challenge: &str) -> bool {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge
}

/// Whether a text can be a challenge: 32 bytes in base64 as URLs have it, without padding.
pub fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_answered_by_its_verifier_alone() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_challenge(challenge));
        assert!(answers_challenge(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            challenge
        ));
        assert!(!answers_challenge(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            challenge
        ));
        for text in [
            "",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Mel",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        ] {
            assert!(!is_challenge(text), "{text}");
        }
    }
}
