//! User name and address.

use maud::{Markup, html};

use super::super::PROFILE;
use super::super::form::{self, Field};
use super::super::visit::Member;

pub fn show(member: &Member) -> Markup {
    let account = member.account();
    if account.username.is_none() && !member.visit.settings.user_identifier.takes_username() {
        return html! {};
    }
    let hint = if account.email.is_some() {
        "3 to 32 letters and digits, a letter first. Leave it empty to have none."
    } else {
        "3 to 32 letters and digits, a letter first."
    };
    let name = Field {
        name: "new_username",
        label: "User name",
        autocomplete: "username",
        value: account.username.as_deref(),
        hint: Some(hint),
        is_required: account.email.is_none(),
        ..Field::default()
    };
    html! {
        section {
            h2 { "Name" }
            form method="post" action=(form::action("change_username", PROFILE)) {
                (form::hidden(&member.request_token, PROFILE))
                (name.show("names"))
                button type="submit" { "Save name" }
            }
        }
    }
}
