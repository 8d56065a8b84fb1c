//! HTTP: what comes in, what goes out, and requests to other servers.

mod client;
mod request;
mod response;

pub use crate::bindings::wasi::http::types::ErrorCode;
pub use client::{Incoming, Outgoing};
pub use request::{BodyError, Request};
pub use response::{BodyWriter, Response};

/// Header fields in order, names in lower case.
pub type Headers = Vec<(String, Vec<u8>)>;

/// The first value of the field `name` (given in lower case), if it is readable text.
fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(field, _)| field == name)
        .and_then(|(_, value)| std::str::from_utf8(value).ok())
}
