//! `register`: an account for whoever wants one, known by what the setting `user_identifier` says.

use guesthouse::http::Response;
use maud::html;

use super::form::{self, Field};
use super::frame::Page;
use super::visit::Visit;
use super::{CHECK_MAIL, LOGIN, REGISTER};
use crate::error::Error;
use crate::limits;

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    if !visit.takes_registrations() {
        return Ok(visit.on_to(&carried.to(LOGIN)));
    }
    let known_by = visit.settings.user_identifier;
    let email = Field {
        name: "email",
        label: "E-mail address",
        kind: "email",
        autocomplete: "email",
        value: visit.query("email", limits::EMAIL_BYTES_MAX),
        is_required: known_by.needs_email(),
        has_focus: true,
        ..Field::default()
    };
    let name = Field {
        name: "username",
        label: "User name",
        autocomplete: "username",
        hint: Some("3 to 32 letters and digits, a letter first."),
        is_required: known_by.needs_username(),
        has_focus: !known_by.takes_email(),
        ..Field::default()
    };
    // Whoever gives no address gets no mail, and can sign in at once.
    let then = if known_by.takes_email() { CHECK_MAIL } else { LOGIN };
    let body = html! {
        form method="post" action=(form::action_with_mail("register", &carried.to(REGISTER), &carried.to(LOGIN))) {
            @if known_by.takes_email() { (email.show("register")) }
            @if known_by.takes_username() { (name.show("register")) }
            (form::new_password_fields("register", ["password", "password_repeat"], &visit.password_hint()))
            input type="hidden" name="redirect_uri" value=(carried.to(then));
            button.primary type="submit" { "Create account" }
        }
        p.links { a href=(carried.to(LOGIN)) { "I have an account" } }
    };
    let page = Page {
        application: visit.application(),
        title: "Create an account",
        alert: visit.alert(),
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    Ok(page.answer(200))
}
