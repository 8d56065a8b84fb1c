//! `mfa`: the code of an app, after the password.

use guesthouse::http::Response;
use maud::html;

use super::form;
use super::frame::Page;
use super::visit::Visit;
use super::{LOGIN, SECOND_FACTOR};
use crate::codes::CODE_CHARACTERS;
use crate::error::Error;
use crate::redirect;

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    let Some(token) = visit.query("mfa_token", CODE_CHARACTERS) else {
        return Ok(visit.on_to(&carried.to(LOGIN)));
    };
    let here = redirect::with(&carried.to(SECOND_FACTOR), "mfa_token", token);
    let body = html! {
        p { "Enter the code that your authenticator app shows for " (visit.application()) "." }
        form method="post" action=(form::action("login_mfa", &here)) {
            (form::code_field("mfa", "totp", "Code of six digits", true))
            input type="hidden" name="mfa_token" value=(token);
            (carried.fields())
            button.primary type="submit" { "Continue" }
        }
        p.links { a href=(carried.to(LOGIN)) { "Start again" } }
    };
    let page = Page {
        application: visit.application(),
        title: "Second factor",
        alert: visit.alert(),
        body,
        form_target: carried.form_target(),
        is_wide: false,
        has_script: false,
    };
    Ok(page.answer(200))
}
