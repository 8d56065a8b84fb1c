//! Another password, for whoever knows the one they have.

use maud::{Markup, html};

use super::super::PROFILE;
use super::super::form::{self, Field};
use super::super::visit::Member;
use super::{back_to, folded};

pub fn show(member: &Member) -> Markup {
    let account = member.account();
    if account.password_hash.is_none() || member.visit.settings.disable_password_auth {
        return html! {};
    }
    let old = Field {
        name: "old_password",
        label: "Current password",
        kind: "password",
        autocomplete: "current-password",
        ..Field::default()
    };
    // Password managers want to know whose it is.
    let name = account.email.as_deref().or(account.username.as_deref());
    let hint = member.visit.password_hint();
    let change = html! {
        form method="post" action=(form::action("change_password", &back_to("password"))) {
            (form::hidden(&member.request_token, PROFILE))
            input type="text" autocomplete="username" value=[name] readonly hidden;
            (old.show("password"))
            (form::new_password_fields("password", ["new_password", "new_password_repeat"], &hint))
            button type="submit" { "Change password" }
            p.hint { "It signs you out everywhere else." }
        }
    };
    html! {
        section {
            h2 { "Password" }
            (folded(member, "password", "Change password", &change))
        }
    }
}
