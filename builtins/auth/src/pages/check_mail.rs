//! `check_mail`: what to do next, for whoever was sent a link. It says the same whether or not mail was sent.

use guesthouse::http::Response;
use maud::html;

use super::LOGIN;
use super::frame::Page;
use super::visit::Visit;
use crate::error::Error;

/// What brought them here says little, and would be said beside what the page says: it is left out.
pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    let body = html! {
        p { "If the address can be used for that, a message is on its way to it. Follow the link in it to go on." }
        p { "Nothing there after a few minutes? Look into the folder for unwanted mail, and make sure that the address was right." }
        p.links { a href=(carried.to(LOGIN)) { "Sign in" } }
    };
    let page = Page {
        application: visit.application(),
        title: "Check your mail",
        alert: None,
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    Ok(page.answer(200))
}
