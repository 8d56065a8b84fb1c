//! Random text and bytes, for tokens and codes.

use crate::error::Error;

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER_CASE_AND_DIGITS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER_CASE_AND_DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Random bytes.
pub fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("there are no random bytes: {error}")))?;
    Ok(bytes)
}

/// The id of something new: a UUID of version 4.
pub fn uuid() -> Result<[u8; 16], Error> {
    let mut id = bytes::<16>()?;
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    Ok(id)
}

/// Letters of both cases and digits.
pub fn alphanumeric(length: usize) -> Result<String, Error> {
    of(ALPHANUMERIC, length)
}

/// Small letters and digits.
pub fn lower_case_and_digits(length: usize) -> Result<String, Error> {
    of(LOWER_CASE_AND_DIGITS, length)
}

/// Capital letters and digits, which are easy to type.
pub fn upper_case_and_digits(length: usize) -> Result<String, Error> {
    of(UPPER_CASE_AND_DIGITS, length)
}

fn of(alphabet: &[u8], length: usize) -> Result<String, Error> {
    // Bytes beyond the last whole multiple would make the first characters likelier than the others.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let drawn = bytes::<64>()?;
        let fair_ones = drawn.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        let characters = fair_ones.map(|byte| char::from(alphabet[byte % alphabet.len()]));
        text.extend(characters.take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_its_length_and_alphabet() {
        let text = alphanumeric(86).unwrap();
        assert_eq!(text.len(), 86);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(text, alphanumeric(86).unwrap());
        let text = lower_case_and_digits(1000).unwrap();
        assert!(LOWER_CASE_AND_DIGITS.iter().all(|byte| text.as_bytes().contains(byte)));
        assert!(text.bytes().all(|byte| LOWER_CASE_AND_DIGITS.contains(&byte)));
    }
}
