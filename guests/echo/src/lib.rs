//! Sends the request's body back: whole and bounded on `/echo`, bit by bit as it arrives on `/echo/stream`.
//!
//! `/echo/head` tells what the component saw of the request, `/echo/origin` where the server says that it is; `/echo/endless` streams
//! until somebody stops it.

use guesthouse::bindings::wasi::http::types;
use guesthouse::bindings::wit_future;
use guesthouse::http::{BodyError, BodyWriter, Request, Response};

/// What is read as a whole.
const WHOLE_BYTES: u64 = 1 << 20;
const CHUNK_BYTES: usize = 64 * 1024;

async fn handle(request: Request) -> Response {
    match request.path() {
        "/echo/stream" => {
            let (writer, response) = Response::streaming(200);
            guesthouse::spawn(stream(request.into_wasi(), writer));
            response
        }
        "/echo/endless" => {
            let (writer, response) = Response::streaming(200);
            guesthouse::spawn(endless(writer));
            response
        }
        "/echo/ignore" => Response::text(200, "not read\n"),
        "/echo/head" => head(&request),
        "/echo/origin" => Response::text(200, guesthouse::http::public_origin().as_deref().unwrap_or("none")),
        _ => match request.body(WHOLE_BYTES).await {
            Ok(body) => Response::new(200, body),
            Err(BodyError::TooLarge) => Response::text(413, "more than 1 MiB\n"),
            Err(BodyError::Malformed(why)) => Response::text(400, &why),
        },
    }
}

fn head(request: &Request) -> Response {
    let query = request.query().unwrap_or("-");
    let authority = request.authority().unwrap_or("-");
    let mut text = format!("{} {} {query} {authority}\n", request.method(), request.path());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value)));
    }
    Response::text(200, &text)
}

async fn stream(request: types::Request, mut writer: BodyWriter) {
    let (_, result) = wit_future::new(|| Ok(()));
    let (mut reader, _trailers) = types::Request::consume_body(request, result);
    loop {
        let (_, bytes) = reader.read(Vec::with_capacity(CHUNK_BYTES)).await;
        if bytes.is_empty() || !writer.write(bytes).await {
            return;
        }
    }
}

async fn endless(mut writer: BodyWriter) {
    while writer.write(vec![b'.'; CHUNK_BYTES]).await {}
}

guesthouse::serve!(handle);
