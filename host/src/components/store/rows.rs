//! Turns versions into rows and back.

use std::slice::ChunksExact;

use serde::de::DeserializeOwned;

use super::{Pointer, Running, StoreError, Withdrawal, integer, text};
use crate::capability::sqlite::{EngineOutcome, EngineValue};
use crate::components::version::{Digest, NotStored, Version};

/// The columns, in the order in which `version` takes them.
macro_rules! columns {
    () => {
        "version.name, number, digest, manifest, grants, origin, replaced, created_ms"
    };
}

pub const SELECT_VERSION: &str = concat!("SELECT ", columns!(), " FROM version");
pub const SELECT_RUNNING: &str = concat!(
    "SELECT ",
    columns!(),
    ", deployed_ms, probation_until_ms, audit.version, audit.time_ms, audit.detail FROM component \
     JOIN version ON version.name = component.name AND number = current_version LEFT JOIN audit ON audit.id = withdrawal"
);
pub const INSERT_VERSION: &str = "\
INSERT INTO version (name, number, digest, manifest, grants, origin, replaced, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

pub fn version_parameters(version: &Version) -> Result<Vec<EngineValue>, StoreError> {
    let json = |result: serde_json::Result<String>| result.map_err(|_| StoreError::Version(NotStored));
    Ok(vec![
        text(&version.name),
        integer(version.number),
        text(version.digest.as_str()),
        text(&json(serde_json::to_string(&version.manifest))?),
        text(&json(serde_json::to_string(&version.grants))?),
        text(version.origin.as_str()),
        version.replaced.map_or(EngineValue::Null, integer),
        EngineValue::Integer(version.created_ms),
    ])
}

pub fn versions(outcome: EngineOutcome) -> Result<Vec<Version>, StoreError> {
    rows(&outcome)
        .map(version)
        .collect::<Option<_>>()
        .ok_or(StoreError::Version(NotStored))
}

pub fn running(outcome: EngineOutcome) -> Result<Vec<Running>, StoreError> {
    let one = |row: &[EngineValue]| {
        let (
            row,
            [
                EngineValue::Integer(deployed_ms),
                probation_until_ms,
                withdrawn,
                withdrawn_ms,
                why,
            ],
        ) = row.split_last_chunk()?
        else {
            return None;
        };
        let withdrawal = match (as_optional_number(withdrawn)?, withdrawn_ms) {
            (Some(version), EngineValue::Integer(time_ms)) => Some(Withdrawal {
                version,
                time_ms: *time_ms,
                why: as_text(why)?.to_owned(),
            }),
            _ => None,
        };
        Some(Running {
            version: version(row)?,
            deployed_ms: *deployed_ms,
            probation_until_ms: match probation_until_ms {
                EngineValue::Integer(until_ms) => Some(*until_ms),
                _ => None,
            },
            withdrawal,
        })
    };
    rows(&outcome)
        .map(one)
        .collect::<Option<_>>()
        .ok_or(StoreError::Version(NotStored))
}

pub fn pointer(outcome: EngineOutcome) -> Result<Option<Pointer>, StoreError> {
    let Some(row) = rows(&outcome).next() else {
        return Ok(None);
    };
    let pointer = match row {
        [last, current] => as_number(last)
            .zip(as_optional_number(current))
            .map(|(last, current)| Pointer { last, current }),
        _ => None,
    };
    pointer.map(Some).ok_or(StoreError::Version(NotStored))
}

pub fn digests(outcome: EngineOutcome) -> Result<Vec<Digest>, StoreError> {
    let digest = |row: &[EngineValue]| as_text(row.first()?)?.parse().ok();
    rows(&outcome)
        .map(digest)
        .collect::<Option<_>>()
        .ok_or(StoreError::Version(NotStored))
}

#[cfg(test)]
pub fn entries(outcome: EngineOutcome) -> Result<Vec<(String, u64, String)>, StoreError> {
    let entry = |row: &[EngineValue]| {
        Some((
            as_text(row.first()?)?.into(),
            as_number(row.get(1)?)?,
            as_text(row.get(2)?)?.into(),
        ))
    };
    rows(&outcome)
        .map(entry)
        .collect::<Option<_>>()
        .ok_or(StoreError::Version(NotStored))
}

fn rows(outcome: &EngineOutcome) -> ChunksExact<'_, EngineValue> {
    outcome.values.chunks_exact(outcome.columns.len().max(1))
}

fn version(row: &[EngineValue]) -> Option<Version> {
    let [name, count, digest, manifest, grants, origin, replaced, created_ms] = row else {
        return None;
    };
    let EngineValue::Integer(created_ms) = created_ms else {
        return None;
    };
    Some(Version {
        name: as_text(name)?.to_owned(),
        number: as_number(count)?,
        digest: as_text(digest)?.parse().ok()?,
        manifest: json(manifest)?,
        grants: json(grants)?,
        origin: as_text(origin)?.parse().ok()?,
        replaced: as_optional_number(replaced)?,
        created_ms: *created_ms,
    })
}

fn json<T: DeserializeOwned>(value: &EngineValue) -> Option<T> {
    serde_json::from_str(as_text(value)?).ok()
}

fn as_text(value: &EngineValue) -> Option<&str> {
    if let EngineValue::Text(text) = value {
        Some(text)
    } else {
        None
    }
}

fn as_number(value: &EngineValue) -> Option<u64> {
    if let EngineValue::Integer(integer) = value {
        u64::try_from(*integer).ok()
    } else {
        None
    }
}

fn as_optional_number(value: &EngineValue) -> Option<Option<u64>> {
    if let EngineValue::Null = value {
        Some(None)
    } else {
        as_number(value).map(Some)
    }
}
