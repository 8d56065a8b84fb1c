//! Requests to other servers, as far as the component's grants allow.

use super::{BodyError, ErrorCode, Headers};
use crate::bindings::wasi::http::{client, types};
use crate::bindings::{wit_future, wit_stream};

/// A request to another server.
pub struct Outgoing {
    method: types::Method,
    url: String,
    headers: Headers,
    body: Vec<u8>,
}

/// Its answer.
pub struct Incoming {
    /// The status.
    pub status: u16,
    headers: Headers,
    response: types::Response,
}

impl Outgoing {
    /// A request with a method in upper case to an absolute `http` or `https` URL.
    pub fn new(method: &str, url: &str) -> Self {
        let method = match method {
            "GET" => types::Method::Get,
            "HEAD" => types::Method::Head,
            "POST" => types::Method::Post,
            "PUT" => types::Method::Put,
            "DELETE" => types::Method::Delete,
            "PATCH" => types::Method::Patch,
            "OPTIONS" => types::Method::Options,
            other => types::Method::Other(other.into()),
        };
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A GET request.
    pub fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    /// Adds a header field, its name in lower case.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    pub fn with_body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Sends it. `ErrorCode::HttpRequestDenied` where no grant allows the target, `DestinationIpProhibited` where it is a private address.
    pub async fn send(self) -> Result<Incoming, ErrorCode> {
        let (scheme, authority, path) = split(&self.url).ok_or(ErrorCode::HttpRequestUriInvalid)?;
        let headers = types::Fields::from_list(&self.headers).map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
        let (_, trailers) = wit_future::new(|| Ok(None));
        let contents = (!self.body.is_empty()).then(|| {
            let (mut writer, reader) = wit_stream::new();
            let body = self.body;
            wit_bindgen::spawn_local(async move {
                writer.write_all(body).await;
            });
            reader
        });
        let (request, _) = types::Request::new(headers, contents, trailers, None);
        let valid = request.set_method(&self.method).is_ok()
            && request.set_scheme(Some(&scheme)).is_ok()
            && request.set_authority(Some(authority)).is_ok()
            && request.set_path_with_query(Some(path)).is_ok();
        if !valid {
            return Err(ErrorCode::HttpRequestUriInvalid);
        }
        let response = client::send(request).await?;
        Ok(Incoming {
            status: response.get_status_code(),
            headers: response.get_headers().copy_all(),
            response,
        })
    }
}

impl Incoming {
    /// The first value of a header field, its name given in lower case, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        super::header(&self.headers, name)
    }

    /// Reads the first `limit` bytes of the body, or as many as come before it ends or breaks off, and leaves the rest unread.
    pub async fn first_bytes(self, limit: usize) -> Vec<u8> {
        let (_, result) = wit_future::new(|| Ok(()));
        let (mut stream, _) = types::Response::consume_body(self.response, result);
        let mut body = Vec::new();
        while body.len() < limit {
            let Some(bytes) = next(&mut stream).await else { break };
            body.extend(bytes);
        }
        body.truncate(limit);
        body
    }

    /// Reads the whole body, of up to `limit` bytes.
    pub async fn body(self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let (_, result) = wit_future::new(|| Ok(()));
        let (mut stream, trailers) = types::Response::consume_body(self.response, result);
        let mut body = Vec::new();
        while let Some(bytes) = next(&mut stream).await {
            if body.len() + bytes.len() > limit {
                return Err(BodyError::TooLarge);
            }
            body.extend(bytes);
        }
        drop(stream);
        match trailers.await {
            Ok(_) => Ok(body),
            Err(error) => Err(BodyError::Malformed(format!("the body ended early: {error}"))),
        }
    }
}

async fn next(stream: &mut wit_bindgen::rt::async_support::StreamReader<u8>) -> Option<Vec<u8>> {
    let (status, bytes) = stream.read(Vec::with_capacity(64 * 1024)).await;
    match status {
        wit_bindgen::rt::async_support::StreamResult::Complete(_) => Some(bytes),
        _ if bytes.is_empty() => None,
        _ => Some(bytes),
    }
}

/// Cuts an absolute URL into scheme, authority, and path with query.
fn split(url: &str) -> Option<(types::Scheme, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => types::Scheme::Http,
        "https" => types::Scheme::Https,
        _ => return None,
    };
    let rest = rest.split('#').next()?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Some((scheme, authority, if path.is_empty() { "/" } else { path }))
}
