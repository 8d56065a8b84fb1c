//! HTTP: what comes in, what goes out, and requests to other servers.

mod client;
mod fields;
mod request;
mod response;
mod router;

pub use crate::bindings::wasi::http::types::ErrorCode;
pub use client::{Incoming, Outgoing};
pub use fields::Fields;
pub use request::{BodyError, Request};
pub use response::{BodyWriter, Response};
pub use router::{Parameters, Router};

/// Where clients reach this server, as its operator has said, such as `https://example.org`. What a request says of the host comes
/// from its client: a link that somebody else will follow is built on this alone.
pub fn public_origin() -> Option<String> {
    crate::bindings::guesthouse::host::http_messages::public_origin()
}

/// Header fields in order, names in lower case.
pub type Headers = Vec<(String, Vec<u8>)>;

/// The first value of the field `name` (given in lower case), if it is readable text.
fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(field, _)| field == name)
        .and_then(|(_, value)| std::str::from_utf8(value).ok())
}
