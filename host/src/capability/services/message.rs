//! How large the arguments or the result of a call are.

use crate::limits;
use wasmtime::component::Val;

/// Whether values are within what a call of a service may carry.
pub fn is_within_limit(values: &[Val]) -> bool {
    let mut left = limits::SERVICE_MESSAGE_BYTES_MAX;
    values.iter().all(|value| take(value, &mut left).is_some())
}

/// Takes what a value needs from what is left; none where it is more.
fn take(value: &Val, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(own_bytes(value))?;
    match value {
        Val::List(values) | Val::FixedLengthList(values) | Val::Tuple(values) => take_all(values, left),
        Val::Record(fields) => take_all(fields.iter().map(|(_, value)| value), left),
        Val::Map(entries) => take_all(entries.iter().flat_map(|(key, value)| [key, value]), left),
        Val::Variant(_, payload) | Val::Option(payload) | Val::Result(Ok(payload) | Err(payload)) => {
            take_all(payload.as_deref(), left)
        }
        _ => Some(()),
    }
}

fn take_all<'a>(values: impl IntoIterator<Item = &'a Val>, left: &mut usize) -> Option<()> {
    values.into_iter().try_for_each(|value| take(value, left))
}

/// What a value needs beside those inside it. No value is free, lest a list of empty ones be endless.
fn own_bytes(value: &Val) -> usize {
    match value {
        Val::String(text) | Val::Enum(text) | Val::Variant(text, _) => 8 + text.len(),
        Val::Flags(names) => 8 + names.iter().map(String::len).sum::<usize>(),
        Val::Bool(_) | Val::U8(_) | Val::S8(_) => 1,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(count: usize) -> Val {
        Val::List(vec![Val::U8(0); count])
    }

    #[test]
    fn a_message_ends_at_the_limit() {
        let room = limits::SERVICE_MESSAGE_BYTES_MAX - 8;
        assert!(is_within_limit(&[bytes(room)]));
        assert!(!is_within_limit(&[bytes(room + 1)]));
        assert!(!is_within_limit(&[bytes(room / 2), bytes(room / 2)]));
        assert!(!is_within_limit(&[Val::Option(Some(Box::new(Val::String(
            "a".repeat(room)
        ))))]));
    }

    #[test]
    fn empty_values_are_counted_as_well() {
        let nothing = vec![Val::Tuple(Vec::new()); limits::SERVICE_MESSAGE_BYTES_MAX];
        assert!(!is_within_limit(&[Val::List(nothing)]));
    }
}
