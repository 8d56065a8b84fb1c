//! Sends a GET to the URL that stands behind the `?` of its own, and answers what came of it.
//!
//! 200 with the other server's status and body, such as `200 pong`, or with the error's name, such as `HttpRequestDenied`.

use guesthouse::http::{Outgoing, Request, Response};

const BODY_BYTES: usize = 1 << 20;

async fn handle(request: Request) -> Response {
    let Some(url) = request.query() else {
        return Response::text(500, "expected a URL behind the question mark");
    };
    let outcome = match Outgoing::get(url).send().await {
        Err(error) => format!("{error:?}"),
        Ok(answer) => {
            let status = answer.status;
            match answer.body(BODY_BYTES).await {
                Ok(body) => format!("{status} {}", String::from_utf8_lossy(&body)),
                Err(error) => format!("{status} {error:?}"),
            }
        }
    };
    Response::text(200, &outcome)
}

guesthouse::serve!(handle);
