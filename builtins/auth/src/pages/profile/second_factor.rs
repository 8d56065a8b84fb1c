//! Codes of an app beside the password: on, or off.

use maud::{Markup, html};

use super::super::form;
use super::super::visit::Member;
use super::super::{PROFILE, TOTP};
use super::{back_to, folded};

pub fn show(member: &Member) -> Markup {
    let turn_off = html! {
        form method="post" action=(form::action("totp/unregister", &back_to("second-factor"))) {
            (form::hidden(&member.request_token, PROFILE))
            (form::code_field("second-factor", "totp", "Code that the app shows", false))
            button type="submit" { "Turn off" }
        }
    };
    html! {
        section {
            h2 { "Second factor" }
            @if member.account().totp_secret.is_some() {
                p { "On: signing in by password takes a code of your authenticator app." }
                (folded(member, "second-factor", "Turn it off", &turn_off))
            } @else {
                p { "Off. With an authenticator app, a stolen password is not enough to get in." }
                p { a.button href=(TOTP) { "Set up an app" } }
            }
        }
    }
}
