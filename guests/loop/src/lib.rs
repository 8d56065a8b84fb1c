//! Loops without end on `/loop/forever`, inside one bulk memory operation on `/loop/fill`, and after the head of its answer on
//! `/loop/after`; answers everything else.

use guesthouse::http::{BodyWriter, Request, Response};
use std::hint::black_box;

async fn handle(request: Request) -> Response {
    match request.path() {
        "/loop/forever" => loop {
            black_box(());
        },
        "/loop/fill" => fill(),
        "/loop/after" => {
            let (writer, response) = Response::streaming(200);
            guesthouse::spawn(after(writer));
            response
        }
        _ => Response::text(200, "still here\n"),
    }
}

/// The body has begun when the loop does.
async fn after(mut writer: BodyWriter) {
    writer.write(b"begun\n".to_vec()).await;
    loop {
        black_box(());
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
