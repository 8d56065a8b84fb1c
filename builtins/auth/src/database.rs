//! The database, and what its statements share.

use std::time::{SystemTime, UNIX_EPOCH};

use guesthouse::sqlite::{Constraint, ConstraintKind, Database, Error as DatabaseError, HostError};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The database that accounts are in.
pub fn open() -> Result<Database, Error> {
    Ok(Database::open("main")?)
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What is kept of a secret that is only compared. The secrets are random and long, so that a plain digest is enough.
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Whether a write was refused because somebody else has that name or address.
pub fn is_taken(error: &DatabaseError) -> bool {
    let DatabaseError::Host(HostError::Constraint(Constraint { kind, .. })) = error else {
        return false;
    };
    matches!(kind, ConstraintKind::Unique)
}

/// Whether a batch was undone because this step of it found nothing to do.
pub fn is_unmet(error: &DatabaseError, step: u32) -> bool {
    matches!(error, DatabaseError::Host(HostError::Unmet(index)) if *index == step)
}
