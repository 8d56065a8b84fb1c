//! `logout`: asks once, since a link must not sign anybody out by itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use guesthouse::http::Response;
use maud::html;

use super::carried;
use super::form;
use super::frame::Page;
use super::visit::Visit;
use super::{LOGIN, LOGOUT, PROFILE};
use crate::error::Error;
use crate::redirect::Destination;

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let wanted = visit.head.query.get("redirect_uri").filter(|place| !place.is_empty());
    let origin = visit.head.origin.as_deref();
    let wanted = wanted.map(|place| Destination::read(place, origin, &visit.settings));
    let wanted = wanted.transpose()?;
    let then = wanted.as_ref().map_or(LOGIN, Destination::as_str).to_owned();
    if visit.caller.is_none() {
        return Ok(visit.on_to(&then));
    }
    let member = match visit.member(LOGOUT).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let session = URL_SAFE.encode(&member.caller.session.id);
    let body = html! {
        p { "You are signed in as " strong { (member.name()) } "." }
        form method="post" action=(form::action(&format!("sessions/{session}/revoke"), PROFILE)) {
            (form::hidden(&member.request_token, &then))
            button.primary type="submit" autofocus { "Sign out" }
        }
        form method="get" action="/api/auth/v1/logout" {
            input type="hidden" name="redirect_uri" value=(then);
            button type="submit" { "Sign out everywhere" }
        }
        p.links { a href=(PROFILE) { "Stay signed in" } }
    };
    let page = Page {
        application: member.visit.application(),
        title: "Sign out",
        alert: member.visit.alert(),
        body,
        form_target: carried::form_target(&then),
        is_wide: false,
        has_script: false,
    };
    Ok(member.keep_signed_in(page.answer(200)))
}
