//! Writes its query to standard output and standard error; on `/logger/flood`, much more than a log should hold.

use guesthouse::http::{Request, Response};

async fn handle(request: Request) -> Response {
    let query = request.query().unwrap_or_default();
    if request.path() == "/logger/flood" {
        let line = "flood ".repeat(1000);
        for _ in 0..2000 {
            println!("{line}");
        }
    }
    println!("out: {query}");
    eprintln!("err: {query}");
    Response::text(200, "logged\n")
}

guesthouse::serve!(handle);
