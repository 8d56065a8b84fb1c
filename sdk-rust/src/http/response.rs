//! A response as the component gives it: complete, or streamed.

use super::{ErrorCode, Headers};
use crate::bindings::guesthouse::host::http_messages;
use crate::bindings::wasi::http::types;
use crate::bindings::{wit_future, wit_stream};
use serde::Serialize;

/// A response.
pub struct Response {
    status: u16,
    headers: Headers,
    body: Body,
}

enum Body {
    Complete(Vec<u8>),
    Streamed(wit_bindgen::rt::async_support::StreamReader<u8>),
    /// Made by the host, fields and all.
    Made(types::Response),
}

/// Writes the body of a streamed response. Dropping it ends the body.
pub struct BodyWriter(wit_bindgen::rt::async_support::StreamWriter<u8>);

impl BodyWriter {
    /// Writes `bytes`, waiting where the client reads slowly. False when the client has gone: then stop.
    pub async fn write(&mut self, bytes: Vec<u8>) -> bool {
        self.0.write_all(bytes).await.is_empty()
    }
}

impl Response {
    /// A complete response without header fields.
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Complete(body),
        }
    }

    /// A response of plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self::new(status, text.into()).with_header("content-type", "text/plain; charset=utf-8")
    }

    /// A response of HTML.
    pub fn html(status: u16, html: String) -> Self {
        Self::new(status, html.into_bytes()).with_header("content-type", "text/html; charset=utf-8")
    }

    /// A response of JSON; a 500 where `value` has no JSON form (a map with keys that are no strings).
    pub fn json<T: Serialize>(status: u16, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status, body).with_header("content-type", "application/json"),
            Err(error) => Self::text(500, &error.to_string()),
        }
    }

    /// A response that sends the browser on to `location` with a GET request, as the answer to a form should.
    pub fn see_other(location: &str) -> Self {
        Self::new(303, Vec::new()).with_header("location", location)
    }

    /// A response whose body is written bit by bit, by whoever holds the writer: move it into a task of its own with [`spawn`](crate::spawn).
    pub fn streaming(status: u16) -> (BodyWriter, Self) {
        let (writer, reader) = wit_stream::new();
        (
            BodyWriter(writer),
            Self {
                status,
                headers: Vec::new(),
                body: Body::Streamed(reader),
            },
        )
    }

    /// A response that the host made. It is given back as it is.
    pub(crate) fn made(response: types::Response) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Body::Made(response),
        }
    }

    /// Adds a header field, its name in lower case.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds header fields, such as those of an [`Identity`](crate::identity::Identity).
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers.extend(headers);
        self
    }

    #[doc(hidden)]
    pub fn into_wasi(self) -> Result<types::Response, ErrorCode> {
        match self.body {
            Body::Complete(body) => http_messages::make_response(self.status, &self.headers, &body)
                .map_err(|error| ErrorCode::InternalError(Some(format!("{error:?}")))),
            Body::Made(response) => Ok(response),
            Body::Streamed(reader) => {
                let headers = types::Fields::from_list(&self.headers)
                    .map_err(|error| ErrorCode::InternalError(Some(format!("{error:?}"))))?;
                let (_, trailers) = wit_future::new(|| Ok(None));
                let (response, _) = types::Response::new(headers, Some(reader), trailers);
                response
                    .set_status_code(self.status)
                    .map_err(|()| ErrorCode::InternalError(Some(format!("{} is no status", self.status))))?;
                Ok(response)
            }
        }
    }
}
