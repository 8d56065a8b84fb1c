//! Bodies of requests: JSON, or a form with or without parts.

use std::convert::Infallible;

use futures_util::{FutureExt, stream};
use guesthouse::http::{Fields, Request};
use multer::Multipart;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::limits;

/// How a body came. A form is answered as a browser needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Json,
    Form,
}

impl Kind {
    /// What a request says that its body is; none if it is neither. Without a word it is JSON.
    pub fn of(request: &Request) -> Option<Self> {
        Self::of_content_type(request.header("content-type").unwrap_or("application/json"))
    }

    fn of_content_type(content_type: &str) -> Option<Self> {
        let is = |prefix: &&str| starts_with(content_type, prefix);
        if starts_with(content_type, "application/json") {
            Some(Self::Json)
        } else {
            [URL_ENCODED, MULTIPART].iter().any(is).then_some(Self::Form)
        }
    }
}

const URL_ENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

fn starts_with(text: &str, prefix: &str) -> bool {
    (text.get(..prefix.len())).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Reads a body of either kind. Its fields are all text, so that the same type reads both; no body is one without fields.
pub async fn read<T: DeserializeOwned>(request: Request) -> Result<(T, Kind), Error> {
    let content_type = request.header("content-type").unwrap_or("application/json").to_owned();
    let body = request.body(limits::BODY_BYTES_MAX).await?;
    let kind = Kind::of_content_type(&content_type).ok_or(Error::UnexpectedContentType)?;
    let fields = match kind {
        Kind::Json => {
            let json = if body.trim_ascii().is_empty() {
                b"{}"
            } else {
                body.as_slice()
            };
            serde_json::from_slice::<Map<String, Value>>(json)
                .map_err(|error| Error::MalformedBody(format!("the body is not a JSON object: {error}")))?
        }
        Kind::Form if starts_with(&content_type, MULTIPART) => text_parts(body, &content_type)?,
        Kind::Form => {
            let fields = Fields::parse(&body);
            let fields = fields.iter().map(|(name, value)| (name.to_owned(), value.into()));
            fields.collect()
        }
    };
    let value = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Error::MalformedBody(format!("the body is not what is expected: {error}")))?;
    Ok((value, kind))
}

/// Reads a body that must be JSON and say so.
pub async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, Error> {
    let is_json = request.header("content-type").is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/json")
    });
    if !is_json {
        return Err(Error::NotJson);
    }
    let body = request.body(limits::BODY_BYTES_MAX).await?;
    let value: Value = serde_json::from_slice(&body)
        .map_err(|error| Error::MalformedBody(format!("the body is not JSON: {error}")))?;
    serde_json::from_value(value)
        .map_err(|error| Error::WrongShape(format!("the body is not what is expected: {error}")))
}

/// The parts of a form whose bytes matter: a file, by its name.
pub type Parts = Vec<(String, Vec<u8>)>;

/// Reads a form of several parts.
pub async fn read_parts(request: Request, bytes_max: u64) -> Result<Parts, Error> {
    let content_type = request.header("content-type").unwrap_or_default().to_owned();
    if !starts_with(&content_type, MULTIPART) {
        return Err(Error::UnexpectedContentType);
    }
    parts(request.body(bytes_max).await?, &content_type)
}

fn text_parts(body: Vec<u8>, content_type: &str) -> Result<Map<String, Value>, Error> {
    let text = |(name, bytes)| match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text.into())),
        Err(_) => Err(Error::MalformedBody("a part is no text (UTF-8)".into())),
    };
    parts(body, content_type)?.into_iter().map(text).collect()
}

fn parts(body: Vec<u8>, content_type: &str) -> Result<Parts, Error> {
    let malformed = |error: multer::Error| Error::MalformedBody(format!("the body is not of several parts: {error}"));
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let read = async {
        let mut fields = Parts::new();
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            if fields.len() == limits::FORM_PARTS_MAX {
                return Err(Error::Invalid("the form has too many parts"));
            }
            if let Some(name) = part.name().map(str::to_owned) {
                fields.push((name, part.bytes().await.map_err(malformed)?.to_vec()));
            }
        }
        Ok(fields)
    };
    // All of the body is here, so there is never anything to wait for.
    read.now_or_never()
        .unwrap_or_else(|| Err(malformed(multer::Error::IncompleteStream)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_fields() {
        let body = "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1 2\r\n--x\r\ncontent-disposition: form-data; \
                    name=\"b\"\r\n\r\n\r\n--x--\r\n";
        let fields = text_parts(body.into(), "multipart/form-data; boundary=x").unwrap();
        assert_eq!(Value::Object(fields), serde_json::json!({"a": "1 2", "b": ""}));
        for broken in ["", "--x\r\n", &body[..40]] {
            assert!(matches!(
                parts(broken.into(), "multipart/form-data; boundary=x"),
                Err(Error::MalformedBody(_))
            ));
        }
        assert!(parts(body.into(), "multipart/form-data").is_err());
    }
}
