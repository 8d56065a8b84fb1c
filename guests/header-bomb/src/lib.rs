//! Answers with too many header fields, too large ones, and ones that are no header fields, on both ways to make a response.

use guesthouse::http::{Request, Response};

async fn handle(request: Request) -> Response {
    match request.path() {
        "/header-bomb/many" => many(Response::text(200, "many\n")),
        "/header-bomb/large" => large(Response::text(200, "large\n")),
        "/header-bomb/streamed-many" => many(Response::streaming(200).1),
        "/header-bomb/streamed-large" => large(Response::streaming(200).1),
        "/header-bomb/split" => Response::text(200, "split\n").with_header("x-bomb", "one\r\nx-smuggled: two"),
        "/header-bomb/framing" => Response::text(200, "framing\n").with_header("transfer-encoding", "chunked"),
        "/header-bomb/length" => Response::text(200, "length\n").with_header("content-length", "1"),
        "/header-bomb/status" => Response::text(99, "status\n"),
        _ => Response::text(200, "still here\n"),
    }
}

fn many(mut response: Response) -> Response {
    for index in 0..100_000 {
        response = response.with_header(&format!("x-bomb-{index}"), "boom");
    }
    response
}

fn large(response: Response) -> Response {
    response.with_header("x-bomb", &"boom".repeat(1 << 20))
}

guesthouse::serve!(handle);
