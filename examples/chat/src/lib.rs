//! A chat: which function answers which request, and what goes on all the time.

mod answers;
mod events;
mod message;
mod page;
mod visit;
mod worker;

use guesthouse::http::{Request, Response, Router};
use std::sync::LazyLock;

static ROUTES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .with("GET", "/chat", answers::show_door)
        .with("GET", "/chat/room", answers::show_room)
        .with("GET", "/chat/room/events", answers::listen)
        .with("GET", "/chat/room/people", answers::list_people)
        .with("POST", "/chat/messages", answers::say)
        .with("GET", "/chat/style.css", answers::show_style)
        .with("GET", "/chat/chat.js", answers::show_script)
});

async fn handle(request: Request) -> Response {
    ROUTES.answer(request).await
}

guesthouse::serve!(handle);
guesthouse::work!(worker::run);
