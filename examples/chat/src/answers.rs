//! One function for each route: read the request, do, answer.

use crate::message::{self, Message};
use crate::visit::{Visit, is_room, is_text};
use crate::{events, page};
use guesthouse::http::{BodyError, Parameters, Request, Response};
use guesthouse::sqlite::{self, Database, HostError};
use guesthouse::sse::{self, Event, Listener};
use std::fmt::Display;

/// More than the form can hold: four bytes for each character, and three for each of those once encoded.
const FORM_BYTES_MAX: u64 = 32 * 1024;

/// `GET /chat`: where one says who one is and where to go.
pub async fn show_door(request: Request, _: Parameters) -> Response {
    let visit = Visit::from_fields(&request.query_fields());
    page::response(200, &page::render_door(&visit, &[]))
}

/// `GET /chat/room?room=R&name=N`: the room, with what was said last and who is there.
pub async fn show_room(request: Request, _: Parameters) -> Response {
    let visit = Visit::from_fields(&request.query_fields());
    let mistakes = visit.mistakes();
    if !mistakes.is_empty() {
        return page::response(422, &page::render_door(&visit, &mistakes));
    }
    let people = match events::people(&visit.room) {
        Ok(people) => people,
        Err(error) => return trouble(&error),
    };
    match newest(&visit.room).await {
        Ok(messages) => page::response(200, &page::render_room(&visit, &messages, &people)),
        Err(error) => database_trouble(&error),
    }
}

/// `GET /chat/room/events?room=R&name=N&after=ID`: what is said from now on, after what was said since that message. A browser that
/// lost its connection says in `Last-Event-ID` how far it got.
pub async fn listen(request: Request, _: Parameters) -> Response {
    let query = request.query_fields();
    let visit = Visit::from_fields(&query);
    if let Some(mistake) = visit.mistakes().first() {
        return Response::text(422, mistake.text);
    }
    let seen = request.header("last-event-id").or(query.get("after"));
    let Some(Ok(seen)) = seen.map(str::parse) else {
        return Response::text(422, "after is not the number of a message");
    };
    // Held, so that nothing is said between looking back and listening: what is said meanwhile waits.
    let listener = Listener::on(events::topic(&visit.room)).label(visit.label());
    let accepted = match listener
        .with_ids()
        .replace_overflow(events::listen_anew())
        .held()
        .accept()
    {
        Ok(accepted) => accepted,
        Err(sse::Error::TooManyListeners) => return busy("There are too many people here."),
        Err(error) => return trouble(&error),
    };
    let missed = match missed(&visit.room, seen).await {
        Ok(missed) => missed,
        Err(error) => return database_trouble(&error),
    };
    let through = u64::try_from(missed.last().map_or(seen, |message| message.id)).unwrap_or_default();
    let catching_up = match i64::try_from(missed.len()) {
        Ok(count) if count <= message::SHOWN => missed.iter().map(events::said).collect(),
        _ => vec![events::too_much()],
    };
    let told = release(accepted.listener, &catching_up, through, &visit.room);
    told.map_or_else(|error| trouble(&error), |()| accepted.response)
}

fn release(listener: sse::ListenerId, missed: &[Event], through: u64, room: &str) -> Result<(), sse::Error> {
    sse::release(listener, missed, through)?;
    events::tell_people_changed(room)
}

/// `GET /chat/room/people?room=R`: who is there, as JSON.
pub async fn list_people(request: Request, _: Parameters) -> Response {
    let query = request.query_fields();
    let room = query.get("room").unwrap_or_default();
    if !is_room(room) {
        return Response::text(422, "This is not a room.");
    }
    match events::people(room) {
        Ok(people) => Response::json(200, &people).with_header("cache-control", "no-store"),
        Err(error) => trouble(&error),
    }
}

/// `POST /chat/messages`: says something, and sends the browser back to the room.
pub async fn say(request: Request, _: Parameters) -> Response {
    let form = match request.form(FORM_BYTES_MAX).await {
        Ok(form) => form,
        Err(BodyError::TooLarge) => return Response::text(413, "This is more than fits into a message."),
        Err(error) => return Response::text(400, &error.to_string()),
    };
    let visit = Visit::from_fields(&form);
    if let Some(mistake) = visit.mistakes().first() {
        return Response::text(422, mistake.text);
    }
    // Browsers send line breaks as CR LF, whatever was typed.
    let text = form.get("text").unwrap_or_default().trim().replace("\r\n", "\n");
    if !is_text(&text) {
        return Response::text(422, "Please say something, in up to 1000 characters.");
    }
    match add(&visit, &text).await {
        Ok(()) => Response::see_other(&page::address(&visit)),
        Err(error) => database_trouble(&error),
    }
}

/// `GET /chat/style.css`: how the pages look.
pub async fn show_style(_: Request, _: Parameters) -> Response {
    page::file("text/css; charset=utf-8", page::STYLE)
}

/// `GET /chat/chat.js`: what the room does by itself.
pub async fn show_script(_: Request, _: Parameters) -> Response {
    page::file("text/javascript; charset=utf-8", page::SCRIPT)
}

async fn newest(room: &str) -> Result<Vec<Message>, sqlite::Error> {
    message::newest(&Database::open("main")?, room).await
}

async fn missed(room: &str, after: i64) -> Result<Vec<Message>, sqlite::Error> {
    message::missed(&Database::open("main")?, room, after).await
}

async fn add(visit: &Visit, text: &str) -> Result<(), sqlite::Error> {
    message::add(&Database::open("main")?, visit, text).await
}

fn busy(text: &str) -> Response {
    Response::text(503, text).with_header("retry-after", "5")
}

/// Whoever asks learns what to do, the log what happened.
fn trouble(error: &impl Display) -> Response {
    eprintln!("{error}");
    Response::text(500, "The chat does not work right now.")
}

fn database_trouble(error: &sqlite::Error) -> Response {
    match error {
        sqlite::Error::Host(HostError::Busy | HostError::TimedOut) => busy("The chat is busy. Please try again."),
        sqlite::Error::Host(HostError::Full) => Response::text(507, "The chat is full."),
        error => trouble(error),
    }
}
