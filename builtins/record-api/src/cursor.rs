//! Cursors: where the next page of a list begins, in a form that a client can hand back but not make up.
//!
//! A cursor is the key of the page's last record and a keyed hash of it and of the API's name, in URL-safe base64.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::Error;
use crate::id::{Key, KeyKind};

/// 128 bits: nobody guesses that over a network.
const TAG_BYTES: usize = 16;

/// Signs and checks the cursors of one API.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    /// From the database's secret and the name of an API.
    pub fn new(secret: &[u8], api: &str) -> Self {
        let mut mac = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
        mac.update(b"guesthouse record cursor\0");
        mac.update(api.as_bytes());
        mac.update(b"\0");
        Self(mac)
    }

    /// The cursor behind the record with this key.
    pub fn seal(&self, key: Key) -> String {
        let mut sealed = bytes_of(key);
        let tag = self.over(&sealed).finalize().into_bytes();
        sealed.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The key in a cursor that this API gave out.
    pub fn open(&self, kind: KeyKind, cursor: &str) -> Result<Key, Error> {
        let sealed = (URL_SAFE_NO_PAD.decode(cursor)).map_err(|_| Error::BadCursorEncoding)?;
        let length = sealed.len().checked_sub(TAG_BYTES).ok_or(Error::BadCursor)?;
        let (bytes, tag) = sealed.split_at(length);
        (self.over(bytes).verify_truncated_left(tag)).map_err(|_| Error::BadCursor)?;
        match kind {
            KeyKind::Integer => bytes
                .try_into()
                .ok()
                .map(|bytes| Key::Integer(i64::from_be_bytes(bytes))),
            KeyKind::Uuid => bytes.try_into().ok().map(Key::Uuid),
        }
        .ok_or(Error::BadCursor)
    }

    fn over(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(bytes);
        mac
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey")
    }
}

fn bytes_of(key: Key) -> Vec<u8> {
    match key {
        Key::Integer(value) => value.to_be_bytes().into(),
        Key::Uuid(bytes) => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let cursors = CursorKey::new(&[7; 32], "notes");
        for (kind, key) in [
            (KeyKind::Integer, Key::Integer(i64::MIN)),
            (KeyKind::Uuid, Key::Uuid([255; 16])),
        ] {
            let cursor = cursors.seal(key);
            assert!(
                cursor
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            assert_eq!(cursors.open(kind, &cursor), Ok(key));
        }
    }

    #[test]
    fn a_cursor_of_another_api_or_secret_or_kind_is_bad() {
        let cursor = CursorKey::new(&[7; 32], "notes").seal(Key::Integer(1));
        for (secret, api, kind) in [
            (7, "other", KeyKind::Integer),
            (8, "notes", KeyKind::Integer),
            (7, "notes", KeyKind::Uuid),
        ] {
            let opened = CursorKey::new(&[secret; 32], api).open(kind, &cursor);
            assert_eq!(opened, Err(Error::BadCursor));
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let cursors = CursorKey::new(&[7; 32], "notes");
        let cursor = cursors.seal(Key::Integer(42));
        for position in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(cursors.open(KeyKind::Integer, &changed).is_err(), "{changed}");
        }
        assert_eq!(cursors.open(KeyKind::Integer, "*"), Err(Error::BadCursorEncoding));
        assert_eq!(cursors.open(KeyKind::Integer, "AAAA"), Err(Error::BadCursor));
    }
}
