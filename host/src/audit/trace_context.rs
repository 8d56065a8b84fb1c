//! W3C Trace Context: the trace that a request belongs to, from the field `traceparent` and in it.

use super::trace::RequestId;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::LazyLock;

/// The field.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A trace: many requests, of this server and of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: u128,
    flags: u8,
}

impl TraceContext {
    /// A new trace, which begins with this request. Nobody asked for it to be sampled.
    pub fn begin(id: RequestId) -> Self {
        static START: LazyLock<u64> = LazyLock::new(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let trace = u128::from(*START) << 64 | u128::from(id.number());
        Self { trace, flags: 0 }
    }

    /// What a client says, if it says it once and well. Versions beyond 00 may have more behind it.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(TRACEPARENT).into_iter();
        let (field, None) = (fields.next()?, fields.next()) else {
            return None;
        };
        let mut parts = field.to_str().ok()?.split('-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace = hexadecimal(parts.next()?, 32)?;
        let parent = hexadecimal(parts.next()?, 16)?;
        let flags = hexadecimal(parts.next()?, 2)?;
        let is_valid = version != 0xff && trace != 0 && parent != 0 && (version != 0 || parts.next().is_none());
        is_valid.then_some(Self {
            trace,
            flags: flags as u8 & 1,
        })
    }

    /// The field for whatever is done on behalf of a request.
    pub fn field(&self, id: RequestId) -> HeaderValue {
        let text = format!("00-{:032x}-{id}-{:02x}", self.trace, self.flags);
        HeaderValue::try_from(text).expect("digits and hyphens are what a field may hold")
    }

    /// The number of the trace, as 32 digits.
    pub fn trace(&self) -> String {
        format!("{:032x}", self.trace)
    }
}

/// Exactly so many digits, in lower case as the standard demands.
fn hexadecimal(text: &str, digits: usize) -> Option<u128> {
    let is_number = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u128::from_str_radix(text, 16).ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&str]) -> Option<TraceContext> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(TRACEPARENT, field.parse().expect("a field"));
        }
        TraceContext::from_headers(&headers)
    }

    #[test]
    fn the_trace_is_kept_and_the_parent_is_replaced() {
        let context =
            read(&["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]).expect("the standard's own example");
        let id: RequestId = "0123456789abcdef".parse().expect("an id");
        assert_eq!(
            context.field(id),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0123456789abcdef-01"
        );
        assert_eq!(
            read(&["01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"]),
            Some(context)
        );
    }

    #[test]
    fn what_is_wrong_begins_a_new_trace() {
        for wrong in [
            &["" as &str][..],
            &["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
            &["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
            &["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"],
            &[
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn two_requests_of_their_own_are_two_traces() {
        let [one, other] = [(); 2].map(|()| TraceContext::begin(RequestId::next()));
        assert_ne!(one.trace(), other.trace());
    }
}
