//! The control token: who has it may do over the network what the data directory's owner may do.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::PRIVATE_FILE_MODE;
use super::file::write_durably;

const FILE: &str = "control-token";
/// An owner may write a token of their own; one that can be guessed is refused.
const TOKEN_BYTES_MIN: usize = 32;

pub struct ControlToken {
    sha256: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the control token in {0} is shorter than {TOKEN_BYTES_MIN} characters; delete the file to get a new one")]
    TooShort(PathBuf),
    #[error("the control token cannot be used: {path}: {error}")]
    Io { path: PathBuf, error: io::Error },
}

impl ControlToken {
    pub(super) fn read_or_make(secrets: &Path) -> Result<ControlToken, TokenError> {
        let path = secrets.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = random_text();
                write_durably(secrets, FILE, format!("{text}\n").as_bytes(), PRIVATE_FILE_MODE)
                    .map_err(|error| TokenError::Io { path, error })?;
                return Ok(ControlToken::new(&text));
            }
            Err(error) => return Err(TokenError::Io { path, error }),
        };
        let text = text.trim();
        if text.len() < TOKEN_BYTES_MIN {
            Err(TokenError::TooShort(path))
        } else {
            Ok(ControlToken::new(text))
        }
    }

    pub fn new(token: &str) -> ControlToken {
        ControlToken {
            sha256: Sha256::digest(token).into(),
        }
    }

    /// Compares digests: how long that takes says nothing about the token itself.
    pub fn matches(&self, presented: &str) -> bool {
        self.sha256 == <[u8; 32]>::from(Sha256::digest(presented))
    }
}

impl fmt::Debug for ControlToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ControlToken(..)")
    }
}

/// 32 random bytes. Three random UUIDs carry 366 random bits; the hash evens out the few that are fixed.
fn random_text() -> String {
    let mut hash = Sha256::new();
    for _ in 0..3 {
        hash.update(uuid::Uuid::new_v4().as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
