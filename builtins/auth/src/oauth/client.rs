//! Requests to a provider: bounded in bytes and in time, and never sent on to where an answer points.

use std::time::{Duration, Instant};

use guesthouse::http::{BodyError, ErrorCode, Outgoing};
use http::{Request, Response};
use serde_json::Value;

use crate::limits;

/// Sends the requests of one sign-in, which share their time.
pub struct Client {
    deadline: Instant,
}

/// Why there was no answer, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    #[error(
        "no grant allows requests to {0}: write `guesthouse components export auth`, add it to `allow` under [grants.http] of the \
         component.toml there, and deploy that"
    )]
    NotGranted(String),
    #[error("{0} is an address of this machine or its network, which needs `allow_private` under [grants.http]")]
    Private(String),
    #[error("{0} did not answer within {seconds} seconds", seconds = limits::PROVIDER_TIMEOUT.as_secs())]
    TimedOut(String),
    #[error("{0} answered with more than {limit} bytes", limit = limits::PROVIDER_ANSWER_BYTES_MAX)]
    TooLarge(String),
    #[error("{0} cannot be reached: {1}")]
    Broken(String, String),
    #[error("{0} answered with status {1}")]
    Status(String, u16),
    #[error("{0} answered with something that is not JSON")]
    NotJson(String),
}

impl Client {
    pub fn new() -> Self {
        Self {
            deadline: Instant::now() + limits::PROVIDER_TIMEOUT,
        }
    }

    /// Sends a request, as `oauth2` wants it.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Unreachable> {
        let url = request.uri().to_string();
        let left = self.deadline.saturating_duration_since(Instant::now());
        exchange(request, left).await.map_err(|failed| failed.at(&url))
    }

    /// The JSON at a URL, for whoever holds an access token where there is one.
    pub async fn json(&self, url: &str, access_token: Option<&str>) -> Result<Value, Unreachable> {
        let mut builder = Request::get(url).header("accept", "application/json");
        if let Some(token) = access_token {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        let request = builder.body(Vec::new()).map_err(|_| Failed::NoUrl.at(url))?;
        let answer = self.send(request).await?;
        match answer.status().as_u16() {
            200 => serde_json::from_slice(answer.body()).map_err(|_| Unreachable::NotJson(place(url))),
            status => Err(Unreachable::Status(place(url), status)),
        }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

enum Failed {
    NoUrl,
    TimedOut,
    Code(ErrorCode),
    Body(BodyError),
}

impl Failed {
    fn at(self, url: &str) -> Unreachable {
        let place = place(url);
        match self {
            Self::NoUrl => Unreachable::Broken(place, "it is no URL".into()),
            Self::TimedOut => Unreachable::TimedOut(place),
            Self::Code(ErrorCode::HttpRequestDenied) => Unreachable::NotGranted(place),
            Self::Code(ErrorCode::DestinationIpProhibited) => Unreachable::Private(place),
            Self::Code(code) => Unreachable::Broken(place, code.to_string()),
            Self::Body(BodyError::TooLarge) => Unreachable::TooLarge(place),
            Self::Body(error) => Unreachable::Broken(place, error.to_string()),
        }
    }
}

async fn exchange(request: Request<Vec<u8>>, left: Duration) -> Result<Response<Vec<u8>>, Failed> {
    let (head, body) = request.into_parts();
    let mut outgoing =
        Outgoing::new(head.method.as_str(), &head.uri.to_string()).with_header("user-agent", "guesthouse");
    for (name, value) in &head.headers {
        let value = value.to_str().map_err(|_| Failed::NoUrl)?;
        outgoing = outgoing.with_header(name.as_str(), value);
    }
    if !body.is_empty() {
        // Some servers take no body whose length they are not told.
        outgoing = outgoing.with_header("content-length", &body.len().to_string());
    }
    let work = async {
        let answer = outgoing.with_body(body).send().await.map_err(Failed::Code)?;
        let mut builder = Response::builder().status(answer.status);
        if let Some(content_type) = answer.header("content-type") {
            builder = builder.header("content-type", content_type);
        }
        let body = answer
            .body(limits::PROVIDER_ANSWER_BYTES_MAX)
            .await
            .map_err(Failed::Body)?;
        builder.body(body).map_err(|_| Failed::NoUrl)
    };
    guesthouse::within(left, work).await.unwrap_or(Err(Failed::TimedOut))
}

/// Scheme and host of a URL: the rest has no place in a log.
fn place(url: &str) -> String {
    let end = url.match_indices('/').nth(2).map_or(url.len(), |(index, _)| index);
    let origin = &url[..end];
    origin.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_names_the_server_alone() {
        for (url, expected) in [
            ("https://id.example/a?token=b", "https://id.example"),
            ("https://id.example?token=b", "https://id.example"),
            ("http://127.0.0.1:9", "http://127.0.0.1:9"),
            ("", ""),
        ] {
            assert_eq!(place(url), expected);
        }
    }
}
