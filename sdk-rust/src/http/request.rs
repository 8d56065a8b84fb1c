//! A request as the component gets it.

use super::{Fields, Headers};
use crate::bindings::guesthouse::host::http_messages;
use crate::bindings::wasi::http::types;
use serde::de::DeserializeOwned;
use std::cell::OnceCell;
use std::fmt;
use std::net::IpAddr;

/// A request. Its head is read in one call when something of it is first asked for; its body when it is asked for.
pub struct Request {
    head: OnceCell<http_messages::Head>,
    body: types::Request,
}

/// Why a body could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than the limit given.
    TooLarge,
    /// The client went away in the middle, or it is not what was asked for. The text is fit to be shown to the client.
    Malformed(String),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Malformed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for BodyError {}

impl Request {
    #[doc(hidden)]
    pub fn from_wasi(body: types::Request) -> Self {
        Self {
            head: OnceCell::new(),
            body,
        }
    }

    fn head(&self) -> &http_messages::Head {
        self.head.get_or_init(|| http_messages::read_head(&self.body))
    }

    /// The method in upper case.
    pub fn method(&self) -> &str {
        &self.head().method
    }

    /// The path, still percent-encoded, beginning with `/`.
    pub fn path(&self) -> &str {
        let target = self.head().path_with_query.as_str();
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// The query behind the `?`, still percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.head().path_with_query.split_once('?').map(|(_, query)| query)
    }

    /// The query as names and values; none of either where there is no query.
    pub fn query_fields(&self) -> Fields {
        Fields::parse(self.query().unwrap_or_default().as_bytes())
    }

    /// The host and port that the client named.
    pub fn authority(&self) -> Option<&str> {
        self.head().authority.as_deref()
    }

    /// Whether the client reaches the server by `https`, as far as the server knows: behind a proxy it has to be told its public URL.
    pub fn is_secure(&self) -> bool {
        matches!(self.body.get_scheme(), Some(types::Scheme::Https))
    }

    /// The address that it came from, where there is a network between. Behind a proxy the server has to be told to trust it.
    pub fn client_address(&self) -> Option<IpAddr> {
        http_messages::client_address(&self.body)?.parse().ok()
    }

    /// All header fields, names in lower case.
    pub fn headers(&self) -> &Headers {
        &self.head().headers
    }

    /// The first value of a header field, its name given in lower case, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        super::header(&self.head().headers, name)
    }

    /// Reads the whole body, of up to `limit` bytes.
    pub async fn body(self, limit: u64) -> Result<Vec<u8>, BodyError> {
        http_messages::read_body(self.body, limit)
            .await
            .map_err(|error| match error {
                http_messages::Error::TooLarge => BodyError::TooLarge,
                http_messages::Error::BrokenBody => BodyError::Malformed("the body ended early".into()),
                http_messages::Error::Invalid(why) => BodyError::Malformed(why),
            })
    }

    /// Reads the whole body as JSON.
    pub async fn json<T: DeserializeOwned>(self, limit: u64) -> Result<T, BodyError> {
        let body = self.body(limit).await?;
        serde_json::from_slice(&body)
            .map_err(|error| BodyError::Malformed(format!("the body is not the JSON expected: {error}")))
    }

    /// Reads the whole body as a form without files, as a browser sends it.
    pub async fn form(self, limit: u64) -> Result<Fields, BodyError> {
        let media_type = self.header("content-type").and_then(|value| value.split(';').next());
        let is_form =
            media_type.is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(BodyError::Malformed(
                "the body is not a form (application/x-www-form-urlencoded)".into(),
            ));
        }
        Ok(Fields::parse(&self.body(limit).await?))
    }

    /// The request as WASI has it, for what this type does not offer: streaming the body, trailers.
    pub fn into_wasi(self) -> types::Request {
        self.body
    }
}
