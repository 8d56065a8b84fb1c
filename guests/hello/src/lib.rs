//! Answers every request with the same few bytes: what a request costs when the component does nothing.

use guesthouse::http::{Request, Response};

async fn handle(_request: Request) -> Response {
    Response::text(200, "hello, world\n")
}

guesthouse::serve!(handle);
