//! Takes memory or handles until the host says no.
//!
//! * `/hog/grow` grows the memory page by page and answers how many MiB there are in the end: a refused growth is no crash.
//! * `/hog/fill` allocates until the allocator gives up, which is a trap.
//! * `/hog/handles` makes resources of the host and keeps them all.
//! * `/hog/random` asks for more random bytes in one call than anybody needs.

use guesthouse::bindings::wasi::http::types::Fields;
use guesthouse::bindings::wasi::random::random::get_random_bytes;
use guesthouse::http::{Request, Response};
use std::hint::black_box;

const MIB: usize = 1 << 20;

async fn handle(request: Request) -> Response {
    match request.path() {
        "/hog/grow" => Response::text(200, &grow().to_string()),
        "/hog/fill" => Response::text(500, &format!("nobody stopped me at {} MiB", fill())),
        "/hog/handles" => Response::text(500, &format!("nobody stopped me at {} handles", handles())),
        "/hog/random" => {
            // WASI allows the host to return fewer bytes than were asked for.
            Response::text(200, &get_random_bytes(1 << 32).len().to_string())
        }
        _ => Response::text(200, "still here\n"),
    }
}

#[cfg(target_arch = "wasm32")]
fn grow() -> usize {
    const PAGES_PER_MIB: usize = 16;
    while core::arch::wasm32::memory_grow::<0>(1) != usize::MAX {}
    core::arch::wasm32::memory_size::<0>() / PAGES_PER_MIB
}

#[cfg(not(target_arch = "wasm32"))]
fn grow() -> usize {
    0 // Only a component has a memory of its own to grow.
}

fn fill() -> usize {
    let mut taken = Vec::new();
    while taken.len() < 1 << 14 {
        taken.push(black_box(vec![1u8; MIB]));
    }
    taken.len()
}

fn handles() -> usize {
    let mut kept = Vec::new();
    while kept.len() < 10_000_000 {
        kept.push(black_box(Fields::new()));
    }
    kept.len()
}

guesthouse::serve!(handle);
