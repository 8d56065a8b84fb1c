//! A component that exports `wasi:http/incoming-handler@0.2`: it knows nothing of this project and answers all the same.
//!
//! It says which method and path it saw, and how many bytes of body.
#![cfg(target_family = "wasm")]

use std::io::Write;
use wasi::http::types::{Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasi::io::streams::StreamError;

struct Classic;

impl wasi::exports::http::incoming_handler::Guest for Classic {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let method = match request.method() {
            Method::Get => "GET".into(),
            Method::Post => "POST".into(),
            Method::Other(name) => name,
            other => format!("{other:?}"),
        };
        let text = match body_bytes(&request) {
            Ok(bytes) => format!("{method} {path} {bytes}\n"),
            Err(error) => format!("{method} {path} {error}\n"),
        };
        let response = OutgoingResponse::new(Fields::new());
        let body = response.body().expect("a response has one body");
        ResponseOutparam::set(answer, Ok(response));
        let mut stream = body.write().expect("a body has one stream");
        stream.write_all(text.as_bytes()).expect("the client reads");
        drop(stream);
        OutgoingBody::finish(body, None).expect("no length was promised");
    }
}

fn body_bytes(request: &IncomingRequest) -> Result<usize, StreamError> {
    let body = request.consume().expect("a request has one body");
    let stream = body.stream().expect("a body has one stream");
    let mut bytes = 0;
    loop {
        match stream.blocking_read(64 * 1024) {
            Ok(piece) => bytes += piece.len(),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(error) => return Err(error),
        }
    }
}

#[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
mod export {
    use super::Classic;
    wasi::http::proxy::export!(Classic);
}
