//! `otp`: asks for a code by mail, and then for the code.

use guesthouse::http::Response;
use maud::{Markup, html};

use super::carried::Carried;
use super::form::{self, Field};
use super::frame::Page;
use super::visit::Visit;
use super::{CODE_BY_MAIL, LOGIN};
use crate::error::Error;
use crate::{limits, redirect};

/// Whoever has asked comes back with who they are, and is asked for the code.
pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    if !visit.settings.enable_otp_signin {
        return Ok(visit.on_to(&carried.to(LOGIN)));
    }
    let named = |name| Some((name, visit.query(name, limits::EMAIL_BYTES_MAX)?));
    let body = match named("email").or_else(|| named("username")) {
        Some((name, value)) => enter(&carried, name, value),
        None => ask(&carried),
    };
    let page = Page {
        application: visit.application(),
        title: "Sign in with a code",
        alert: visit.alert(),
        body,
        form_target: carried.form_target(),
        is_wide: false,
        has_script: false,
    };
    Ok(page.answer(200))
}

fn ask(carried: &Carried) -> Markup {
    let name = Field {
        name: "email_or_username",
        label: "E-mail address or user name",
        autocomplete: "username",
        has_focus: true,
        ..Field::default()
    };
    html! {
        p { "You are sent a code by mail, which is good for five minutes." }
        form method="post" action=(form::action("otp/request", &carried.to(CODE_BY_MAIL))) {
            (name.show("otp"))
            input type="hidden" name="redirect_uri" value=(carried.to(CODE_BY_MAIL));
            button.primary type="submit" { "Send the code" }
        }
        p.links { a href=(carried.to(LOGIN)) { "Back" } }
    }
}

fn enter(carried: &Carried, name: &str, value: &str) -> Markup {
    let here = redirect::with(&carried.to(CODE_BY_MAIL), name, value);
    let code = Field {
        name: "code",
        label: "Code from the mail",
        autocomplete: "one-time-code",
        has_focus: true,
        ..Field::default()
    };
    html! {
        form method="post" action=(form::action("otp/login", &here)) {
            (code.show("otp"))
            input type="hidden" name=(name) value=(value);
            (carried.fields())
            button.primary type="submit" { "Sign in" }
        }
        p.links { a href=(carried.to(CODE_BY_MAIL)) { "Send another code" } }
    }
}
