//! BLOBs as the text that clients send and get.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

use crate::error::Error;
use crate::id;

/// Reads the text of a BLOB: URL-safe base64 with padding, or a UUID.
pub fn parse(text: &str) -> Option<Vec<u8>> {
    match id::parse_uuid(text) {
        Some(uuid) => Some(uuid.into()),
        None => URL_SAFE.decode(text).ok(),
    }
}

/// Writes a BLOB as a JSON string.
pub fn write(body: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    let too_large = |_| Error::TooLarge;
    let length = base64::encoded_len(bytes.len(), true).ok_or(Error::TooLarge)?;
    body.push(b'"');
    let start = body.len();
    body.resize(start + length, 0);
    URL_SAFE.encode_slice(bytes, &mut body[start..]).map_err(too_large)?;
    body.push(b'"');
    Ok(())
}
