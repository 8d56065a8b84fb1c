//! Counts the requests of its instance, and traps on the third.

use guesthouse::http::{Request, Response};
use std::sync::atomic::{AtomicU64, Ordering};

static REQUESTS: AtomicU64 = AtomicU64::new(0);

async fn handle(_request: Request) -> Response {
    let request = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    assert!(request < 3, "the third request is one too many");
    Response::text(200, &request.to_string())
}

guesthouse::serve!(handle);
