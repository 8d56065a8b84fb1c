//! Rows of `host.db` as what the audit tells.

use super::ledger::Verdict;
use super::listing::AuditLine;
use super::store::{AuditError, Usage};
use crate::capability::sqlite::{EngineOutcome, EngineValue};
use crate::components::clock::rfc3339;

pub type Rows = EngineOutcome;

pub fn usage(rows: &Rows) -> Result<Vec<Usage>, AuditError> {
    use EngineValue::{Integer, Text};
    let one = |row: &[EngineValue]| match row {
        [Text(resource), Text(verdict), Integer(calls), Integer(last_ms)] => Some(Usage {
            resource: resource.clone(),
            verdict: if verdict == Verdict::Denied.as_str() {
                Verdict::Denied
            } else {
                Verdict::Allowed
            },
            calls: u64::try_from(*calls).ok()?,
            last_ms: *last_ms,
        }),
        _ => None,
    };
    all(rows, one)
}

pub fn lines(rows: &Rows) -> Result<Vec<AuditLine>, AuditError> {
    use EngineValue::{Integer, Text};
    let one = |row: &[EngineValue]| match row {
        [
            Integer(time_ms),
            Text(actor),
            Text(action),
            Text(component),
            Integer(version),
            Text(detail),
            Integer(calls),
        ] => Some(AuditLine {
            time: rfc3339(*time_ms),
            actor: actor.clone(),
            action: action.clone(),
            component: Some(component.clone()).filter(|name| !name.is_empty()),
            version: u64::try_from(*version).ok().filter(|version| *version > 0),
            detail: detail.clone(),
            calls: u64::try_from(*calls).ok()?,
        }),
        _ => None,
    };
    all(rows, one)
}

fn all<T>(rows: &Rows, one: impl Fn(&[EngineValue]) -> Option<T>) -> Result<Vec<T>, AuditError> {
    let chunks = rows.values.chunks_exact(rows.columns.len().max(1));
    chunks.map(one).collect::<Option<_>>().ok_or(AuditError::Row)
}

/// Counts never come near the largest integer.
pub fn integer(number: u64) -> EngineValue {
    EngineValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
