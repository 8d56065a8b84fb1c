//! The address of an account. Another one is taken once whoever reads its mail has said so.

use maud::{Markup, html};

use super::super::form::{self, Field};
use super::super::visit::Member;
use super::super::{LOGIN, PROFILE};
use super::{back_to, folded};

pub fn show(member: &Member) -> Markup {
    let account = member.account();
    let known_by = member.visit.settings.user_identifier;
    if account.is_anonymous() || !(known_by.takes_email() || account.email.is_some()) {
        return html! {};
    }
    let new = Field {
        name: "new_email",
        label: "New address",
        kind: "email",
        autocomplete: "email",
        ..Field::default()
    };
    let current = account.email.as_deref();
    let action = form::action_with_mail("change_email/request", &back_to("email"), LOGIN);
    let change = html! {
        form method="post" action=(action) {
            (form::hidden(&member.request_token, PROFILE))
            @if let Some(current) = current { input type="hidden" name="old_email" value=(current); }
            (new.show("email"))
            button type="submit" { "Send a link to it" }
            p.hint { "Follow the link to confirm the address. It signs you out everywhere." }
        }
        @if current.is_some() && account.username.is_some() && !known_by.needs_email() {
            form method="post" action=(form::action("change_email/request", &back_to("email"))) {
                (form::hidden(&member.request_token, PROFILE))
                button type="submit" { "Remove the address" }
            }
        }
    };
    html! {
        section {
            h2 { "E-mail address" }
            p { @match current { Some(current) => strong { (current) }, None => "None so far." } }
            @if known_by.takes_email() { (folded(member, "email", "Change address", &change)) }
        }
    }
}
