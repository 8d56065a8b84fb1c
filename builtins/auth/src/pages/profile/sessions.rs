//! Where they are signed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use maud::{Markup, html};

use super::super::PROFILE;
use super::super::form;
use super::super::user_agent;
use super::super::visit::Member;
use crate::database;
use crate::error::Error;
use crate::sessions::{self, Listed};

pub async fn show(member: &Member) -> Result<Markup, Error> {
    let all = sessions::all_of(&member.visit.database, &member.account().id).await?;
    let is_current = |session: &Listed| session.id == member.caller.session.id;
    Ok(html! {
        section {
            h2 { "Signed in" }
            ul.rows {
                @for session in &all {
                    li {
                        div {
                            p { (user_agent::in_words(session.user_agent.as_deref())) @if is_current(session) { " " span.mark { "this one" } } }
                            p.hint { "Since " (ago(database::now() - session.created)) @if session.mfa { ", with second factor" } }
                        }
                        @if !is_current(session) { (end(member, session)) }
                    }
                }
            }
            @if all.len() > 1 {
                form method="post" action=(form::action("sessions/revoke", PROFILE)) {
                    (form::hidden(&member.request_token, PROFILE))
                    button type="submit" { "Sign out everywhere else" }
                }
            }
        }
    })
}

fn end(member: &Member, session: &Listed) -> Markup {
    let route = format!("sessions/{}/revoke", URL_SAFE.encode(&session.id));
    let what = user_agent::in_words(session.user_agent.as_deref());
    html! {
        form method="post" action=(form::action(&route, PROFILE)) {
            (form::hidden(&member.request_token, PROFILE))
            button type="submit" aria-label=(format!("Sign out {what}")) { "Sign out" }
        }
    }
}

/// How long ago something was. A date would be that of another time zone.
pub fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "a moment ago".into(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn times_are_told_from_now() {
        let told = [-5, 59, 60, 3_599, 3_600, 86_399, 172_800].map(ago);
        let expected = [
            "a moment ago",
            "a moment ago",
            "1 minute ago",
            "59 minutes ago",
            "1 hour ago",
            "23 hours ago",
            "2 days ago",
        ];
        assert_eq!(told, expected);
    }
}
