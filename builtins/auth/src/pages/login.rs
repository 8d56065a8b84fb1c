//! `login`: every way to sign in that is there.

use guesthouse::http::Response;
use maud::{Markup, html};

use super::carried::Carried;
use super::form::{self, Field};
use super::frame::Page;
use super::visit::Visit;
use super::{CODE_BY_MAIL, LOGIN, REGISTER, RESET_REQUEST, SECOND_FACTOR};
use crate::error::Error;
use crate::oauth::provider::Provider;
use crate::oauth::state::COOKIE_PATH;
use crate::{limits, redirect};

/// Who is signed in already is sent on. An app gets its code only from somebody who signs in for it.
pub async fn page(visit: Visit) -> Result<Response, Error> {
    let carried = visit.carried()?;
    if visit.caller.is_some() && !carried.is_for_an_app() {
        return Ok(visit.on_to(carried.destination()));
    }
    let settings = &visit.settings;
    let providers = Provider::all(&visit.database).await?;
    let body = html! {
        @if !settings.disable_password_auth { (by_password(&visit, &carried)) }
        (other_ways(&visit, &providers, &carried))
        @if !settings.disable_password_auth {
            p.links {
                @if visit.takes_registrations() { a href=(carried.to(REGISTER)) { "Create an account" } }
                @if settings.user_identifier.takes_email() { a href=(carried.to(RESET_REQUEST)) { "Forgot your password?" } }
            }
        }
    };
    let page = Page {
        application: visit.application(),
        title: "Sign in",
        alert: visit.alert(),
        body,
        form_target: carried.form_target(),
        is_wide: false,
        has_script: visit.takes_passkeys(),
    };
    Ok(page.answer(200))
}

fn by_password(visit: &Visit, carried: &Carried) -> Markup {
    let entered = visit.query("email_or_username", limits::EMAIL_BYTES_MAX);
    let name = Field {
        name: "email_or_username",
        label: "E-mail address or user name",
        autocomplete: "username",
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

fn other_ways(visit: &Visit, providers: &[Provider], carried: &Carried) -> Markup {
    let settings = &visit.settings;
    let by_providers = providers.iter().map(|provider| Some(by_provider(provider, carried)));
    let others = [
        settings
            .enable_otp_signin
            .then(|| html! { a.button href=(carried.to(CODE_BY_MAIL)) { "Get a code by e-mail" } }),
        settings.enable_anonymous_signin.then(|| without_account(carried)),
    ];
    let ways: Vec<Markup> = by_providers.chain(others).flatten().collect();
    html! {
        // Hidden until a script finds that there are passkeys: it has no line before it, which would say "or" to nothing.
        @if visit.takes_passkeys() { (by_passkey(carried)) }
        @if !ways.is_empty() {
            @if !settings.disable_password_auth { p.or { "or" } }
            div.ways { @for way in ways { (way) } }
        }
    }
}

fn by_passkey(carried: &Carried) -> Markup {
    html! {
        form method="post" action=(form::action("passkey/login/finish", &carried.to(LOGIN))) data-passkey="sign-in" hidden {
            (carried.fields())
            input type="hidden" name="credential";
            button type="submit" { "Sign in with a passkey" }
        }
    }
}

/// A link, for the provider sends the browser back with one: policies of forms would stand in the way.
fn by_provider(provider: &Provider, carried: &Carried) -> Markup {
    let route = format!("{COOKIE_PATH}{}/login", provider.name());
    let url = redirect::with(&route, "redirect_uri", carried.destination());
    let others = carried
        .others()
        .fold(url, |url, (name, value)| redirect::with(&url, name, value));
    let url = redirect::with(&others, "error_redirect_uri", &carried.to(LOGIN));
    html! {
        a.button href=(url) { "Continue with " (provider.display_name) }
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
