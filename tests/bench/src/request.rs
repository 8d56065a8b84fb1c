//! Writes HTTP/1.1 requests as bytes.

use serde::Serialize;

/// Replaces what is in `out` by a request; the body, if any, is JSON.
pub fn write<B: Serialize>(out: &mut Vec<u8>, method: &str, host: &str, path: &str, body: Option<&B>) {
    write_authorized(out, method, host, path, None, body);
}

pub fn write_authorized<B: Serialize>(
    out: &mut Vec<u8>,
    method: &str,
    host: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&B>,
) {
    out.clear();
    for part in [method, " ", path, " HTTP/1.1\r\nhost: ", host, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    if let Some(token) = token {
        out.extend_from_slice(format!("authorization: {token}\r\n").as_bytes());
    }
    if let Some(body) = body {
        let body = serde_json::to_vec(body).expect("rows and settings have text keys and finite numbers");
        let head = format!(
            "content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&body);
    } else {
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_brings_its_type_and_length() {
        let mut out = b"left from before".to_vec();
        write(&mut out, "POST", "h:1", "/x", Some(&[1, 2]));
        let expected =
            "POST /x HTTP/1.1\r\nhost: h:1\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n[1,2]";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
