//! Uses a service that knows nothing of this project: `acme:shop/prices`.
//!
//! `/shop?<item>` asks for one offer and answers it, or 503 where nobody answers, or 404 with what the service said.
//! `/shop/total?<items>` asks for the sum of a comma list, by a function that is not asynchronous. `/shop/fine` asks nobody.
//! `/shop/large` sends more than a service takes.

mod bindings;

use guesthouse::http::{Request, Response};

use bindings::acme::shop::prices::{self, Error};

/// More than a service may be sent in one call.
const TOO_LARGE_BYTES: usize = 300 * 1024;

async fn handle(request: Request) -> Response {
    let query = request.query().unwrap_or_default().to_owned();
    let answer = match request.path() {
        "/shop/fine" => Ok("still here".into()),
        "/shop/large" => prices::quote("x".repeat(TOO_LARGE_BYTES)).await.map(|offer| offer.name),
        "/shop/total" => {
            let items: Vec<String> = query.split(',').map(str::to_owned).collect();
            prices::total(&items).map(|total| total.to_string())
        }
        _ => prices::quote(query).await.map(|offer| format!("{offer:?}")),
    };
    match answer {
        Ok(text) => Response::text(200, &text),
        Err(Error::Unavailable) => Response::text(503, "nobody answers"),
        Err(Error::Unknown(item)) => Response::text(404, &item),
    }
}

guesthouse::serve!(handle);
