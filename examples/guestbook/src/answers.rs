//! One function for each route: read the request, do, answer.

use crate::entry::{self, Entry};
use crate::homepage::{self, Failure};
use crate::page::{self, Notice};
use crate::signing::{self, Signing};
use guesthouse::http::{BodyError, Fields, Parameters, Request, Response};
use guesthouse::sqlite::{Database, Error, HostError};
use serde::Serialize;
use std::num::ParseIntError;

/// More than the form can hold: four bytes for each character, and three for each of those once encoded.
const FORM_BYTES_MAX: u64 = 32 * 1024;

const NOT_A_NUMBER: &str = "before is not the number of an entry";

/// `GET /guestbook?before=ID`: the form, and the entries that are older than `ID`, or the newest.
pub async fn show_page(request: Request, _: Parameters) -> Response {
    let query = request.query_fields();
    let Ok(before) = before(&query) else {
        return Response::text(400, NOT_A_NUMBER);
    };
    let notice = query.get("notice").and_then(Notice::from_code);
    match entries(before).await {
        Ok(entries) => page::response(200, &page::render(&entries, &Signing::default(), &[], notice)),
        Err(error) => trouble(&error),
    }
}

/// `POST /guestbook`: adds an entry and sends the browser back to the page.
pub async fn sign(request: Request, _: Parameters) -> Response {
    let form = match request.form(FORM_BYTES_MAX).await {
        Ok(form) => form,
        Err(BodyError::TooLarge) => return Response::text(413, "This is more than fits into the guestbook."),
        Err(error) => return Response::text(400, &error.to_string()),
    };
    let signing = Signing::from_form(&form);
    let mistakes = signing::mistakes(&signing);
    if !mistakes.is_empty() {
        return match entries(None).await {
            Ok(entries) => page::response(422, &page::render(&entries, &signing, &mistakes, None)),
            Err(error) => trouble(&error),
        };
    }
    // The entry first: however long the homepage takes, what the visitor wrote is kept.
    let id = match add(&signing).await {
        Ok(id) => id,
        Err(error) => return trouble(&error),
    };
    let notice = match signing.homepage.as_deref() {
        None => Notice::Signed,
        Some(url) => add_title(id, url).await,
    };
    Response::see_other(&format!("/guestbook?notice={}#entry-{id}", notice.code()))
}

/// Asks the homepage for its title. An entry without one is an entry too.
async fn add_title(id: i64, url: &str) -> Notice {
    let title = match homepage::title(url).await {
        Ok(title) => title,
        Err(failure) => {
            eprintln!("no title for {url}: {failure}");
            return notice_of(&failure);
        }
    };
    if let Some(title) = title
        && let Err(error) = set_title(id, &title).await
    {
        eprintln!("the title of {url} could not be kept: {error}");
        return Notice::TitleUnreadable;
    }
    Notice::Signed
}

#[derive(Serialize)]
struct Listing {
    entries: Vec<Entry>,
}

/// `GET /guestbook/entries?before=ID`: the same entries as JSON.
pub async fn list_entries(request: Request, _: Parameters) -> Response {
    let Ok(before) = before(&request.query_fields()) else {
        return Response::text(400, NOT_A_NUMBER);
    };
    match entries(before).await {
        Ok(entries) => Response::json(200, &Listing { entries }),
        Err(error) => trouble(&error),
    }
}

/// `GET /guestbook/entries/{id}`: one entry as JSON.
pub async fn show_entry(_: Request, parameters: Parameters) -> Response {
    let Some(Ok(id)) = parameters.get("id").map(str::parse) else {
        return Response::text(404, "Not Found");
    };
    match find(id).await {
        Ok(Some(entry)) => Response::json(200, &entry),
        Ok(None) => Response::text(404, "Not Found"),
        Err(error) => trouble(&error),
    }
}

/// `GET /guestbook/style.css`: how the page looks.
pub async fn show_style(_: Request, _: Parameters) -> Response {
    Response::new(200, page::STYLE.into())
        .with_header("content-type", "text/css; charset=utf-8")
        .with_header("cache-control", "max-age=3600")
}

/// The number that the page of entries begins below.
fn before(query: &Fields) -> Result<Option<i64>, ParseIntError> {
    query.get("before").map(str::parse).transpose()
}

async fn entries(before: Option<i64>) -> Result<Vec<Entry>, Error> {
    entry::list(&Database::open("main")?, before).await
}

async fn find(id: i64) -> Result<Option<Entry>, Error> {
    entry::find(&Database::open("main")?, id).await
}

async fn add(signing: &Signing) -> Result<i64, Error> {
    entry::add(&Database::open("main")?, signing).await
}

async fn set_title(id: i64, title: &str) -> Result<(), Error> {
    entry::set_title(&Database::open("main")?, id, title).await
}

fn notice_of(failure: &Failure) -> Notice {
    match failure {
        Failure::Denied => Notice::TitleDenied,
        Failure::Unreachable(_) | Failure::Status(_) => Notice::TitleUnreadable,
    }
}

/// The visitor learns what to do, the log what happened.
fn trouble(error: &Error) -> Response {
    eprintln!("the database failed: {error}");
    match error {
        Error::Host(HostError::Busy | HostError::TimedOut) => {
            Response::text(503, "The guestbook is busy. Please try again.").with_header("retry-after", "1")
        }
        Error::Host(HostError::Full) => Response::text(507, "The guestbook is full."),
        _ => Response::text(500, "The guestbook cannot be read or written right now."),
    }
}
