//! Percent-encoding: of query strings and of the segments of a path.

use std::borrow::Cow;

use crate::error::Error;

/// The pairs of a query string, decoded, in order. A pair without `=` has an empty value.
pub fn pairs(query: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Error>> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (decode(name, true), decode(value, true)) {
            (Some(name), Some(value)) => Ok((name, value)),
            _ => Err(Error::InvalidQuery),
        }
    })
}

/// One segment of a path; nothing if it does not decode to text.
pub fn decode_segment(segment: &str) -> Option<Cow<'_, str>> {
    decode(segment, false)
}

/// Undoes percent-encoding. A `%` that two hexadecimal digits do not follow stands for itself, as in browsers: people
/// write `LIKE` patterns by hand.
fn decode(text: &str, plus_is_space: bool) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| byte == b'%' || (plus_is_space && byte == b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'+' if plus_is_space => decoded.push(b' '),
            b'%' => match (hex_digit(bytes.get(at)), hex_digit(bytes.get(at + 1))) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    at += 2;
                }
                _ => decoded.push(b'%'),
            },
            other => decoded.push(other),
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex_digit(byte: Option<&u8>) -> Option<u8> {
    (*byte? as char).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_as_forms_are() {
        let all: Vec<_> = pairs("a=1+2&b%5Bc%5D=%25x%&&d").map(Result::unwrap).collect();
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(all, [("a", "1 2"), ("b[c]", "%x%"), ("d", "")]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(pairs("a=%ff").next(), Some(Err(Error::InvalidQuery)));
        assert_eq!(decode_segment("%c3"), None);
    }

    #[test]
    fn a_plus_in_a_path_is_a_plus() {
        assert_eq!(decode_segment("a+b").as_deref(), Some("a+b"));
    }
}
