//! Rows of the outbox as entries.

use super::error::MailError;
use super::outbox::{Entry, State};
use crate::capability::sqlite::{EngineOutcome, EngineValue};

pub fn entries(outcome: &EngineOutcome) -> Result<Vec<Entry>, MailError> {
    let rows = outcome.values.chunks_exact(outcome.columns.len().max(1));
    rows.map(entry).collect::<Option<_>>().ok_or(MailError::NotStored)
}

fn entry(row: &[EngineValue]) -> Option<Entry> {
    use EngineValue::{Integer, Text};
    let [
        Integer(number),
        Integer(time_ms),
        Text(component),
        Text(message_id),
        Text(state),
        Text(detail),
        Integer(tries),
        Text(head),
    ] = row
    else {
        return None;
    };
    Some(Entry {
        number: u64::try_from(*number).ok()?,
        time_ms: *time_ms,
        component: component.clone(),
        message_id: message_id.clone(),
        state: state_of(state)?,
        detail: detail.clone(),
        tries: u32::try_from(*tries).ok()?,
        message: serde_json::from_str(head).ok()?,
    })
}

fn state_of(text: &str) -> Option<State> {
    [State::Kept, State::Waiting, State::Relayed, State::Failed]
        .into_iter()
        .find(|state| state.as_str() == text)
}
