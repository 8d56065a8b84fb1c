//! `profile`: who somebody is here, and everything that they can change about it. A section each.

mod email;
mod names;
mod passkeys;
mod password;
mod promote;
mod second_factor;
mod sessions;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use guesthouse::http::Response;
use maud::{Markup, html};

use super::form;
use super::frame::Page;
use super::visit::{Member, Visit};
use super::{DELETE, LOGIN, PROFILE};
use crate::error::Error;
use crate::redirect;

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let member = match visit.member(PROFILE).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let (passkeys, sessions) = (passkeys::show(&member).await?, sessions::show(&member).await?);
    let body = html! {
        (who(&member))
        (promote::show(&member))
        (names::show(&member))
        (email::show(&member))
        (password::show(&member))
        (second_factor::show(&member))
        (passkeys)
        (sessions)
        section {
            h2 { "Delete account" }
            p { a href=(DELETE) { "Delete my account" } }
        }
    };
    let page = Page {
        application: member.visit.application(),
        title: "Your account",
        alert: member.visit.alert(),
        body,
        form_target: None,
        is_wide: true,
        has_script: member.visit.takes_passkeys(),
    };
    Ok(member.keep_signed_in(page.answer(200)))
}

/// What is asked for seldom, behind a word. It is open for whoever comes back to it because something was wrong: see `back_to`.
fn folded(member: &Member, name: &str, summary: &str, body: &Markup) -> Markup {
    let is_open = member.visit.head.query.get("open") == Some(name);
    html! {
        details open[is_open] {
            summary { (summary) }
            (body)
        }
    }
}

/// This page with that open.
fn back_to(name: &str) -> String {
    redirect::with(PROFILE, "open", name)
}

fn who(member: &Member) -> Markup {
    let session = URL_SAFE.encode(&member.caller.session.id);
    html! {
        div.who {
            p { "Signed in as " strong { (member.name()) } }
            form method="post" action=(form::action(&format!("sessions/{session}/revoke"), PROFILE)) {
                (form::hidden(&member.request_token, LOGIN))
                button type="submit" { "Sign out" }
            }
        }
    }
}
