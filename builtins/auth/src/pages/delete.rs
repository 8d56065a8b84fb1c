//! `delete`: asks whether the account is really to be deleted.

use guesthouse::http::Response;
use maud::html;

use super::form;
use super::frame::Page;
use super::visit::Visit;
use super::{DELETE, LOGIN, PROFILE};
use crate::error::Error;

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let member = match visit.member(DELETE).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let body = html! {
        p { "The account " strong { (member.name()) } " is deleted with everything that belongs to it here. Nothing brings it back." }
        form method="post" action=(form::action("delete", PROFILE)) {
            (form::hidden(&member.request_token, LOGIN))
            div.choice {
                input #delete-sure type="checkbox" required;
                label for="delete-sure" { "Yes, delete my account" }
            }
            button.danger type="submit" { "Delete account" }
        }
        p.links { a href=(PROFILE) { "Keep it" } }
    };
    let page = Page {
        application: member.visit.application(),
        title: "Delete account",
        alert: member.visit.alert(),
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    Ok(member.keep_signed_in(page.answer(200)))
}
