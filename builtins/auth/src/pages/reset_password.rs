//! `reset_password/request` asks for mail, `reset_password/update` is where its link leads.

use guesthouse::http::Response;
use maud::html;

use super::form::{self, Field};
use super::frame::Page;
use super::visit::Visit;
use super::{CHECK_MAIL, LOGIN, RESET_REQUEST, RESET_UPDATE};
use crate::codes::CODE_CHARACTERS;
use crate::error::Error;
use crate::redirect::{self, Destination};

pub async fn request(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    let email = Field {
        name: "email",
        label: "E-mail address",
        kind: "email",
        autocomplete: "username",
        has_focus: true,
        ..Field::default()
    };
    let body = html! {
        p { "Enter the address of your account. You are sent a link by which you can choose another password." }
        form method="post" action=(form::action_with_mail("reset_password/request", &carried.to(RESET_REQUEST), &carried.to(LOGIN))) {
            (email.show("reset"))
            input type="hidden" name="redirect_uri" value=(carried.to(CHECK_MAIL));
            button.primary type="submit" { "Send the link" }
        }
        p.links { a href=(carried.to(LOGIN)) { "Back" } }
    };
    Ok(page(&visit, "Forgot your password?", body))
}

pub async fn update(visit: Visit) -> Result<Response, Error> {
    // Where the link says, which is the page for signing in with what somebody had come for.
    let then = visit
        .query("redirect_uri", crate::limits::REDIRECT_BYTES_MAX)
        .unwrap_or(LOGIN);
    let then = Destination::read(then, visit.head.origin.as_deref(), &visit.settings)?;
    let Some(code) = visit.query("code", CODE_CHARACTERS) else {
        return Ok(visit.on_to(RESET_REQUEST));
    };
    let here = redirect::with(RESET_UPDATE, "code", code);
    let here = redirect::with(&here, "redirect_uri", then.as_str());
    let body = html! {
        form method="post" action=(form::action("reset_password/update", &here)) {
            (form::new_password_fields("reset", ["password", "password_repeat"], &visit.password_hint()))
            input type="hidden" name="password_reset_token" value=(code);
            input type="hidden" name="redirect_uri" value=(then.as_str());
            button.primary type="submit" { "Save password" }
            p.hint { "It signs you out everywhere." }
        }
        p.links { a href=(RESET_REQUEST) { "Send another link" } }
    };
    Ok(page(&visit, "Choose a new password", body))
}

fn page(visit: &Visit, title: &str, body: maud::Markup) -> Response {
    let page = Page {
        application: visit.application(),
        title,
        alert: visit.alert(),
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    page.answer(200)
}
