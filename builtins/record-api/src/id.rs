//! The key of a record: as text in URLs and answers, as a value in the database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use guesthouse::sqlite::Value;

use crate::error::Error;

/// What kind of key a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An INTEGER.
    Integer,
    /// A BLOB of 16 bytes.
    Uuid,
}

/// The key of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Integer(i64),
    Uuid([u8; 16]),
}

impl Key {
    /// Reads an id that a client sent.
    pub fn parse(kind: KeyKind, text: &str) -> Result<Self, Error> {
        match kind {
            KeyKind::Integer if !text.starts_with('+') => text.parse().ok().map(Self::Integer),
            KeyKind::Integer => None,
            KeyKind::Uuid => match text.len() {
                24 => URL_SAFE.decode(text).ok().and_then(|bytes| bytes.try_into().ok()),
                _ => parse_uuid(text),
            }
            .map(Self::Uuid),
        }
        .ok_or(Error::InvalidId)
    }

    /// Takes the key out of a row; nothing where the row holds no key of this kind.
    pub fn from_value(kind: KeyKind, value: &Value) -> Option<Self> {
        match (kind, value) {
            (KeyKind::Integer, Value::Integer(value)) => Some(Self::Integer(*value)),
            (KeyKind::Uuid, Value::Blob(bytes)) => bytes.as_slice().try_into().ok().map(Self::Uuid),
            _ => None,
        }
    }

    /// The key as it is bound to a statement.
    pub fn to_value(self) -> Value {
        match self {
            Self::Integer(value) => Value::Integer(value),
            Self::Uuid(bytes) => Value::Blob(bytes.into()),
        }
    }

    /// The id as clients get it.
    pub fn to_text(self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Uuid(bytes) => URL_SAFE.encode(bytes),
        }
    }
}

/// The bytes of a UUID of 36 characters with hyphens.
pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut digits = [0_u8; 32];
    let mut count = 0;
    for (position, &byte) in bytes.iter().enumerate() {
        if matches!(position, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        digits[count] = (byte as char).to_digit(16)? as u8;
        count += 1;
    }
    let mut uuid = [0_u8; 16];
    for (byte, pair) in uuid.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_and_nothing_else_is_an_integer() {
        for id in [i64::MIN, -1, 0, i64::MAX] {
            let key = Key::parse(KeyKind::Integer, &id.to_string()).unwrap();
            assert_eq!((key, key.to_text()), (Key::Integer(id), id.to_string()));
        }
        for id in ["", "+1", "1.0", "1e3", " 1", "9223372036854775808", "AAAA"] {
            assert_eq!(Key::parse(KeyKind::Integer, id), Err(Error::InvalidId), "{id}");
        }
    }

    #[test]
    fn a_uuid_reads_from_both_its_forms_and_is_written_as_base64() {
        let hyphens = "01985f0e-8b7a-7000-bfff-00112233ffee";
        let key = Key::parse(KeyKind::Uuid, hyphens).unwrap();
        assert_eq!(key.to_text().len(), 24);
        assert_eq!(Key::parse(KeyKind::Uuid, &key.to_text()), Ok(key));
        assert_eq!(Key::parse(KeyKind::Uuid, &hyphens.to_uppercase()), Ok(key));
    }

    #[test]
    fn what_is_no_uuid_is_an_invalid_id() {
        for id in [
            "",
            "1",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAA=x",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
            "01985f0e08b7a-7000-bfff-00112233ffee",
            "01985f0e-8b7a-7000-bfff-00112233ffeg",
        ] {
            assert_eq!(Key::parse(KeyKind::Uuid, id), Err(Error::InvalidId), "{id}");
        }
    }
}
