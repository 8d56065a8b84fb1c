//! Brings commands. The first argument says what one does: `say`, `status N`, `input`, `again`, `trap`, `loop`, `flood BYTES`,
//! `hog`; `/commander` answers how many commands this instance has run.

use guesthouse::command::{Answer, Invocation};
use guesthouse::http::{Request, Response};
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);

async fn handle(_request: Request) -> Response {
    Response::text(200, &CALLS.load(Ordering::Relaxed).to_string())
}

async fn run(invocation: Invocation) -> Answer {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    let arguments: Vec<&str> = invocation.arguments.iter().map(String::as_str).collect();
    match (&arguments[..], invocation.input) {
        (["say", words @ ..], _) => Answer::success(format!("{} {words:?} {calls}\n", invocation.name)),
        (["status", number], _) => Answer::ended(number.parse().unwrap_or(99), "out\n", "err\n"),
        (["input"], None) | (["again"], _) => Answer::InputWanted("a word".into()),
        (["input"], Some(input)) => Answer::success(format!(
            "{} bytes: {}\n",
            input.len(),
            input[..input.len().min(20)].escape_ascii()
        )),
        (["trap"], _) => panic!("trapped on purpose"),
        (["loop"], _) => loop {
            black_box(());
        },
        (["flood", bytes], _) => Answer::success("a".repeat(bytes.parse().unwrap_or(0))),
        (["hog"], _) => Answer::success(black_box(vec![b'a'; 1 << 27]).len().to_string()),
        _ => Answer::misuse("that is not among the things that it does\n"),
    }
}

guesthouse::serve!(handle);
guesthouse::commands!(run);
