//! A guestbook: which function answers which request, and nothing else.

mod answers;
mod entry;
mod homepage;
mod page;
mod signing;

use guesthouse::http::{Request, Response, Router};
use std::sync::LazyLock;

static ROUTES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .with("GET", "/guestbook", answers::show_page)
        .with("POST", "/guestbook", answers::sign)
        .with("GET", "/guestbook/entries", answers::list_entries)
        .with("GET", "/guestbook/entries/{id}", answers::show_entry)
        .with("GET", "/guestbook/style.css", answers::show_style)
});

async fn handle(request: Request) -> Response {
    ROUTES.answer(request).await
}

guesthouse::serve!(handle);
