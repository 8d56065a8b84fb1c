//! The page for what cannot be shown.

use guesthouse::http::Response;
use maud::html;

use super::LOGIN;
use super::frame::{APPLICATION, Page};
use super::visit::Visit;
use crate::error::Error;

pub async fn not_found(visit: Visit) -> Result<Response, Error> {
    let body = html! {
        p { "There is no page here. The link may be old, or not complete." }
        p { a.button href=(visit.home()) { "Continue" } }
    };
    Ok(answer(404, "Not found", body))
}

/// A link that is wrong, or a failure of ours.
pub fn page(error: &Error) -> Response {
    if let Error::Internal(why) = error {
        eprintln!("{why}");
    }
    let status = error.status();
    let body = html! {
        @match error {
            Error::InvalidRedirect => {
                p { "The link that brought you here wants to send you to a place that this server does not know." }
                p.hint { "Whoever runs it can allow the place: `redirect_uri_allowlist` or `custom_uri_schemes`." }
            },
            Error::Invalid(why) => {
                p { "The link that brought you here is not complete." }
                p.hint { (why) }
            },
            Error::Busy | Error::Full => p { "The server is busy. Please try again in a moment." },
            _ => p { "That did not work. Please try again later." },
        }
        p { a href=(LOGIN) { "Go to the sign-in page" } }
    };
    answer(status, "Something went wrong", body)
}

fn answer(status: u16, title: &str, body: maud::Markup) -> Response {
    let page = Page {
        application: APPLICATION,
        title,
        alert: None,
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    page.answer(status)
}
