//! Requests as an ordinary, well-behaved client sends them. For the others there is `raw`.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use ureq::http;

/// Longer than any limit of the server: a request that takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(90);
const BODY_BYTES_MAX: u64 = 64 << 20;

/// A request that is being put together.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    builder: http::request::Builder,
    body: Option<Vec<u8>>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
    /// From sending the request to the end of the body.
    pub took: Duration,
}

/// A client that keeps so many connections open, and takes every status for an answer.
pub fn client(connections_kept: usize) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(connections_kept)
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        .build();
    ureq::Agent::new_with_config(config)
}

impl Request {
    /// A request to `path` (with its query) of the server at `address`.
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        Self {
            builder: http::Request::builder()
                .method(method)
                .uri(format!("http://{address}{path}")),
            body: None,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    pub fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").body(value.to_string())
    }

    /// Sends it, and reads the whole answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        self.try_send().expect("the server answers")
    }

    /// Sends it; an error is one of the connection, never a status.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let started = Instant::now();
        // A connection for each request: no test depends on what another one left open.
        let agent = client(0);
        let response = match self.body {
            None => agent.run(self.builder.body(())?)?,
            Some(body) => agent.run(self.builder.body(body)?)?,
        };
        let (head, body) = response.into_parts();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.into_with_config().limit(BODY_BYTES_MAX).read_to_vec()?,
            took: started.elapsed(),
        })
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Panics unless the status and the whole body are these.
    #[track_caller]
    pub fn expect(&self, status: u16, body: &str) -> &Self {
        assert_eq!((self.status, self.text().as_str()), (status, body));
        self
    }

    /// Panics unless the status is this.
    #[track_caller]
    pub fn expect_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "body: {}", self.text());
        self
    }

    /// Panics unless the status is this and the body is this JSON.
    #[track_caller]
    pub fn expect_json(&self, status: u16, body: Value) -> &Self {
        self.expect_status(status);
        assert_eq!(self.json(), body);
        self
    }
}
