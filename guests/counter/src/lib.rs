//! Answers how many requests its instance has had: 1 every time where instances are not reused.

use guesthouse::http::{Request, Response};
use std::sync::atomic::{AtomicU64, Ordering};

static REQUESTS: AtomicU64 = AtomicU64::new(0);

async fn handle(_request: Request) -> Response {
    let request = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    Response::text(200, &request.to_string())
}

guesthouse::serve!(handle);
