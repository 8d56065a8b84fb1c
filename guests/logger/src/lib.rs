//! Writes its query to standard output and standard error, and more on some paths: `/logger/flood` lines that are much too long,
//! `/logger/many` as many lines as the query says, `/logger/escapes` what would command a terminal, `/logger/forge` what looks like
//! another line. `/logger/trap` ends in a trap after that, with the query as its message.

use guesthouse::http::{Request, Response};

async fn handle(request: Request) -> Response {
    let query = request.query().unwrap_or_default();
    match request.path() {
        "/logger/flood" => {
            let line = "flood ".repeat(1000);
            for _ in 0..2000 {
                println!("{line}");
            }
        }
        "/logger/many" => {
            let count: u64 = query.parse().unwrap_or(0);
            for number in 0..count {
                println!("line {number}");
            }
        }
        "/logger/escapes" => println!("\x1b[2J\u{9b}31m\r\x07 harmless"),
        "/logger/forge" => println!("real\r2026-01-01T00:00:00.000Z v1 host   forged"),
        _ => {}
    }
    println!("out: {query}");
    eprintln!("err: {query}");
    assert!(request.path() != "/logger/trap", "{query}");
    Response::text(200, "logged\n")
}

guesthouse::serve!(handle);
