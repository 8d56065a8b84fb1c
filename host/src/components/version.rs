//! A version of a component: what was deployed, when, from where, and what it was granted. It never changes.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::grants::Grants;
use super::manifest::Manifest;

#[derive(Debug, Clone)]
pub struct Version {
    pub name: String,
    /// Counts up from 1 for each name and is never used twice.
    pub number: u64,
    pub digest: Digest,
    pub manifest: Manifest,
    /// What was accepted when this version was deployed.
    pub grants: Grants,
    pub origin: Origin,
    /// The version that ran before this one was deployed: where a rollback leads.
    pub replaced: Option<u64>,
    pub created_ms: i64,
}

/// Who brought a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// It came with the executable.
    Builtin,
    Upload,
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Builtin => "builtin",
            Origin::Upload => "upload",
        }
    }
}

impl FromStr for Origin {
    type Err = NotStored;

    fn from_str(text: &str) -> Result<Origin, NotStored> {
        match text {
            "builtin" => Ok(Origin::Builtin),
            "upload" => Ok(Origin::Upload),
            _ => Err(NotStored),
        }
    }
}

/// Who asked for a change, as the audit shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Someone on this machine who may open the data directory, through the running server.
    ControlSocket,
    /// Someone who holds the control token.
    ControlToken,
    /// The command line, while no server ran.
    CommandLine,
    /// The host itself, as it started.
    Start,
    /// The host itself, which saw a new version fail too often.
    Probation,
}

impl Actor {
    pub fn as_str(self) -> &'static str {
        match self {
            Actor::ControlSocket => "control socket",
            Actor::ControlToken => "control token",
            Actor::CommandLine => "command line",
            Actor::Start => "start",
            Actor::Probation => "probation",
        }
    }
}

/// The SHA-256 of a package, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

/// A stored text is not what this program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value that this program stores")]
pub struct NotStored;

impl Digest {
    pub fn of(bytes: &[u8]) -> Digest {
        let mut text = String::with_capacity(64);
        for byte in sha2::Sha256::digest(bytes) {
            write!(text, "{byte:02x}").expect("a String takes everything");
        }
        Digest(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = NotStored;

    fn from_str(text: &str) -> Result<Digest, NotStored> {
        let is_digest = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_digest {
            Ok(Digest(text.to_owned()))
        } else {
            Err(NotStored)
        }
    }
}
