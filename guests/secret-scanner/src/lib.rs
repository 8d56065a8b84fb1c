//! Leaves a secret in its memory, and looks for one.
//!
//! * `/secret-scanner/hide?<secret>,<milliseconds>` puts a secret (in hexadecimal) into the heap, all over three MiB of it, into a static
//!   and into many frames of the stack; then it sleeps and answers `hidden`.
//! * `/secret-scanner/scan?<secret>` grows the memory as far as it may, reads all of it, and answers how often the secret is there, of how
//!   many bytes. It comes with all bits turned, so that looking for it does not put it there.

use guesthouse::bindings::wasi::clocks::monotonic_clock;
use guesthouse::http::{Request, Response};
use std::hint::black_box;
use std::sync::Mutex;

const SECRET_BYTES: usize = 32;
const HEAP_BYTES: usize = 3 << 20;
/// One copy in each so many bytes, so that every page has some.
const HEAP_STEP: usize = 1024;
const FRAMES: usize = 200;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

type Secret = [u8; SECRET_BYTES];

static GLOBAL: Mutex<Secret> = Mutex::new([0; SECRET_BYTES]);

async fn handle(request: Request) -> Response {
    let query = request.query().unwrap_or_default();
    let (secret, milliseconds) = query.split_once(',').unwrap_or((query, "0"));
    let Some(secret) = hexadecimal(secret) else {
        return Response::text(500, "the secret has 32 bytes in hexadecimal");
    };
    if request.path().ends_with("/scan") {
        return Response::text(200, &scan(&secret));
    }
    hide(&secret);
    let milliseconds: u64 = milliseconds.parse().unwrap_or(0);
    monotonic_clock::wait_for(milliseconds * NANOSECONDS_PER_MILLISECOND).await;
    Response::text(200, "hidden")
}

fn hexadecimal(text: &str) -> Option<Secret> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let bytes: Vec<u8> = digits?
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8))
        .collect();
    bytes.try_into().ok()
}

fn hide(secret: &Secret) {
    if let Ok(mut global) = GLOBAL.lock() {
        *global = *secret;
    }
    let mut heap = vec![1u8; HEAP_BYTES];
    for copy in heap.chunks_exact_mut(HEAP_STEP) {
        copy[..SECRET_BYTES].copy_from_slice(secret);
    }
    // It stays until the instance goes.
    black_box(heap.leak());
    black_box(deeper(secret, FRAMES));
}

/// Puts a copy into so many frames.
fn deeper(secret: &Secret, frames: usize) -> usize {
    let copy = black_box(*secret);
    match frames {
        0 => 0,
        _ => deeper(&copy, frames - 1) + usize::from(black_box(copy)[0]),
    }
}

fn scan(turned: &Secret) -> String {
    let memory = whole_memory();
    let is_here = |window: &&[u8]| window.iter().zip(turned).all(|(byte, turned)| *byte == !turned);
    let found = memory.windows(SECRET_BYTES).filter(is_here).count();
    format!("{found} of {}", memory.len())
}

/// All that this instance can read, after taking as much as it may have: what an earlier owner left may be beyond the first pages.
#[cfg(target_arch = "wasm32")]
fn whole_memory() -> &'static [u8] {
    const PAGE_BYTES: usize = 64 * 1024;
    while core::arch::wasm32::memory_grow::<0>(1) != usize::MAX {}
    let bytes = core::arch::wasm32::memory_size::<0>() * PAGE_BYTES;
    // Rust has nothing at address 0, and the linker puts nothing before the stack.
    let begin = core::ptr::with_exposed_provenance::<u8>(1);
    #[expect(unsafe_code, reason = "no safe function reads what was allocated to nobody")]
    // SAFETY: the memory is as large as it says and never shrinks, and nothing else runs in this instance meanwhile.
    unsafe {
        core::slice::from_raw_parts(begin, bytes - 1)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn whole_memory() -> &'static [u8] {
    &[] // Only a component has a memory of its own to read.
}

guesthouse::serve!(handle);
