//! Loops without end on `/loop/forever` and inside one bulk memory operation on `/loop/fill`; answers everything else.

use guesthouse::http::{Request, Response};
use std::hint::black_box;

async fn handle(request: Request) -> Response {
    match request.path() {
        "/loop/forever" => loop {
            black_box(());
        },
        "/loop/fill" => fill(),
        _ => Response::text(200, "still here\n"),
    }
}

/// Almost all of the time is spent inside `memory.fill`, where pre-emption is hardest.
fn fill() -> ! {
    let mut memory = vec![0u8; 16 << 20];
    let mut value = 0u8;
    loop {
        black_box(memory.as_mut_slice()).fill(value);
        value = value.wrapping_add(1);
    }
}

guesthouse::serve!(handle);
