//! `login`: every way to sign in that is there.

use guesthouse::http::Response;
use maud::{Markup, html};

use super::carried::Carried;
use super::form::{self, Field};
use super::frame::Page;
use super::visit::Visit;
use super::{LOGIN, SECOND_FACTOR};
use crate::error::Error;
use crate::limits;

/// Who is signed in already is sent on. An app gets its code only from somebody who signs in for it.
pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    if visit.caller.is_some() && !carried.is_for_an_app() {
        return Ok(visit.on_to(carried.destination()));
    }
    let body = html! {
        @if !visit.settings.disable_password_auth { (by_password(&visit, &carried)) }
        @if visit.settings.enable_anonymous_signin { (without_account(&carried)) }
    };
    let page = Page {
        application: visit.application(),
        title: "Sign in",
        alert: visit.alert(),
        body,
        form_target: carried.form_target(),
        is_wide: false,
        has_script: false,
    };
    Ok(page.answer(200))
}

fn by_password(visit: &Visit, carried: &Carried) -> Markup {
    let entered = visit.query("email_or_username", limits::EMAIL_BYTES_MAX);
    let name = Field {
        name: "email_or_username",
        label: "E-mail address or user name",
        autocomplete: "username webauthn",
        value: entered,
        has_focus: entered.is_none(),
        ..Field::default()
    };
    let password = Field {
        name: "password",
        label: "Password",
        kind: "password",
        autocomplete: "current-password",
        has_focus: entered.is_some(),
        ..Field::default()
    };
    html! {
        form method="post" action=(form::action("login", &carried.to(LOGIN))) {
            (name.show("login"))
            (password.show("login"))
            (carried.fields())
            input type="hidden" name="mfa_redirect_uri" value=(carried.to(SECOND_FACTOR));
            button.primary type="submit" { "Sign in" }
        }
    }
}

fn without_account(carried: &Carried) -> Markup {
    html! {
        form method="post" action=(form::action("login_anonymous", &carried.to(LOGIN))) {
            (carried.fields())
            button type="submit" { "Continue without an account" }
        }
    }
}
