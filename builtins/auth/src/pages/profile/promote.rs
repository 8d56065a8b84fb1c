//! For whoever came without an account: what makes it theirs to come back to.

use maud::{Markup, html};

use super::super::form::{self, Field};
use super::super::visit::Member;
use super::super::{CHECK_MAIL, LOGIN, PROFILE};

pub fn show(member: &Member) -> Markup {
    let settings = &member.visit.settings;
    if !member.account().is_anonymous() || !settings.enable_anonymous_signin {
        return html! {};
    }
    let known_by = settings.user_identifier;
    let email = Field {
        name: "new_email",
        label: "E-mail address",
        kind: "email",
        autocomplete: "email",
        is_required: known_by.needs_email(),
        ..Field::default()
    };
    let name = Field {
        name: "new_username",
        label: "User name",
        autocomplete: "username",
        hint: Some("3 to 32 letters and digits, a letter first."),
        is_required: known_by.needs_username(),
        ..Field::default()
    };
    // An address has to be confirmed before they are signed in again.
    let then = if known_by.takes_email() { CHECK_MAIL } else { PROFILE };
    html! {
        section {
            h2 { "Keep this account" }
            p { "You are here without an account. Nothing leads back to what is yours here once you sign out, unless you choose a password." }
            form method="post" action=(form::action_with_mail("promote_anonymous", PROFILE, LOGIN)) {
                (form::hidden(&member.request_token, then))
                @if known_by.takes_email() { (email.show("promote")) }
                @if known_by.takes_username() { (name.show("promote")) }
                (form::new_password_fields("promote", ["new_password", "new_password_repeat"], &member.visit.password_hint()))
                button type="submit" { "Keep it" }
            }
        }
    }
}
