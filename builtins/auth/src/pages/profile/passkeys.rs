//! Passkeys. Adding one takes a script, everything else does not.

use maud::{Markup, html};

use super::super::PROFILE;
use super::super::form::{self, Field};
use super::super::user_agent;
use super::super::visit::Member;
use super::sessions::ago;
use crate::database;
use crate::error::Error;
use crate::passkeys::store::{self, Listed, id_text};

pub async fn show(member: &Member) -> Result<Markup, Error> {
    let all = store::all_of(&member.visit.database, &member.account().id).await?;
    let can_add = member.visit.takes_passkeys();
    if all.is_empty() && !can_add {
        return Ok(html! {});
    }
    Ok(html! {
        section {
            h2 { "Passkeys" }
            p { "A passkey signs you in by your fingerprint, your face or the lock of your device, without a password." }
            @if !all.is_empty() {
                ul.rows { @for passkey in &all { (row(member, passkey)) } }
            }
            @if can_add {
                (add(member))
                p.hint data-without-passkeys { "Adding one takes a browser that knows passkeys, with JavaScript." }
            }
        }
    })
}

fn row(member: &Member, passkey: &Listed) -> Markup {
    let id = id_text(&passkey.id);
    let now = database::now();
    let name = Field {
        name: "name",
        label: "Name",
        value: Some(&passkey.name),
        ..Field::default()
    };
    html! {
        li {
            div {
                p { (passkey.name) @if passkey.is_backed_up { " " span.mark { "synced" } } }
                p.hint {
                    "Added " (ago(now - passkey.created))
                    @if let Some(used) = passkey.last_used { ", used " (ago(now - used)) }
                }
            }
            details {
                summary aria-label=(format!("Change {}", passkey.name)) { "Change" }
                form method="post" action=(form::action(&format!("passkey/{id}/rename"), PROFILE)) {
                    (form::hidden(&member.request_token, PROFILE))
                    (name.show(&format!("passkey-{id}")))
                    button type="submit" { "Rename" }
                }
                form method="post" action=(form::action(&format!("passkey/{id}/delete"), PROFILE)) {
                    (form::hidden(&member.request_token, PROFILE))
                    button.danger type="submit" { "Remove passkey" }
                }
            }
        }
    }
}

fn add(member: &Member) -> Markup {
    let here = user_agent::in_words(member.visit.head.user_agent.as_deref());
    let name = Field {
        name: "name",
        label: "Name of the new passkey",
        value: Some(&here),
        ..Field::default()
    };
    html! {
        form method="post" data-passkey="add" hidden {
            input type="hidden" name="csrf_token" value=(member.request_token);
            (name.show("passkey"))
            button type="submit" { "Add a passkey" }
        }
    }
}
