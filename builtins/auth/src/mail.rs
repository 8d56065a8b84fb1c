//! Letters: what is sent to people, and where the links in it lead.

use std::collections::BTreeMap;

use guesthouse::mail::Message;
use guesthouse::sqlite::{Database, params};
use minijinja::{Environment, UndefinedBehavior};

use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::{limits, origin, redirect};

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    UserVerification,
    PasswordReset,
    ChangeEmail,
    Otp,
}

/// Subject and body, in which `{{ CODE }}` and the like stand for what differs from letter to letter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    subject: String,
    body: String,
}

impl Template {
    /// Its key in `_auth_mail`.
    fn name(self) -> &'static str {
        match self {
            Self::UserVerification => "user_verification",
            Self::PasswordReset => "password_reset",
            Self::ChangeEmail => "change_email",
            Self::Otp => "otp",
        }
    }

    fn built_in(self) -> Text {
        let text = match self {
            Self::UserVerification => include_str!("../mail/user_verification.txt"),
            Self::PasswordReset => include_str!("../mail/password_reset.txt"),
            Self::ChangeEmail => include_str!("../mail/change_email.txt"),
            Self::Otp => include_str!("../mail/otp.txt"),
        };
        let (subject, body) = text.split_once("\n\n").unwrap_or((text, ""));
        Text {
            subject: subject.into(),
            body: body.into(),
        }
    }

    /// Where its link leads: to what it is good for, or to a page that asks for what is missing.
    fn link(self, site: &str, code: &str) -> String {
        match self {
            Self::UserVerification => format!("{site}/api/auth/v1/verify_email/confirm/{code}"),
            Self::PasswordReset => redirect::with(&format!("{site}/_/auth/reset_password/update"), "code", code),
            Self::ChangeEmail => format!("{site}/api/auth/v1/change_email/confirm/{code}"),
            Self::Otp => format!("{site}/_/auth/login"),
        }
    }
}

/// Who sends letters: all that is the same for each that one request leads to.
pub struct Mailer<'a> {
    database: &'a Database,
    settings: &'a Settings,
    /// Where links lead; empty where that is not known, for letters that have none.
    site: String,
    /// Where people want to be afterwards.
    onward: Option<String>,
    /// Whether that is a page, which tells them of errors too.
    is_onward_a_page: bool,
}

impl<'a> Mailer<'a> {
    /// For letters with links.
    pub fn new(database: &'a Database, settings: &'a Settings, head: &Head, outcome: &Outcome) -> Result<Self, Error> {
        Ok(Self {
            database,
            settings,
            site: origin::for_links(head)?,
            onward: outcome.by_mail(head, settings)?,
            is_onward_a_page: head.query.get("mail_redirect_uri").is_some(),
        })
    }

    /// For letters that say all by themselves.
    pub fn without_links(database: &'a Database, settings: &'a Settings, head: &Head) -> Self {
        Self {
            database,
            settings,
            site: origin::known(head).unwrap_or_default(),
            onward: None,
            is_onward_a_page: false,
        }
    }

    /// Puts a letter into the outbox. A mistake in the operator's own text must not keep people out: they get the one that is built in.
    pub async fn send(&self, template: Template, to: &str, code: &str) -> Result<(), Error> {
        let values = self.values(template, to, code);
        let own = self.own_text(template).await?.and_then(|text| {
            let filled = text.fill(&values);
            let tell = |error| eprintln!("the row {} of _auth_mail has a mistake: {error}", template.name());
            filled.map_err(tell).ok()
        });
        let letter = match own {
            Some(letter) => letter,
            None => (template.built_in().fill(&values))
                .map_err(|error| Error::Internal(format!("a letter cannot be written: {error}")))?,
        };
        let sent = Message::new(to, &letter.subject, &letter.body).send().await;
        sent.map_err(|error| Error::Internal(format!("mail cannot be sent: {error}")))?;
        Ok(())
    }

    async fn own_text(&self, template: Template) -> Result<Option<Text>, Error> {
        let sql = "SELECT subject, body FROM _auth_mail WHERE name = ?1";
        let rows = self.database.query(sql, params![template.name()]).await?;
        let text = |row: guesthouse::sqlite::Row<'_>| {
            Ok(Text {
                subject: row.get(0)?,
                body: row.get(1)?,
            })
        };
        rows.first().map(text).transpose()
    }

    fn values(&self, template: Template, to: &str, code: &str) -> BTreeMap<&'static str, String> {
        let link = template.link(&self.site, code);
        let names = ["redirect_uri", "error_redirect_uri"];
        let names = &names[..if self.is_onward_a_page { 2 } else { 1 }];
        let link = match &self.onward {
            Some(onward) => (names.iter()).fold(link, |link, name| redirect::with(&link, name, onward)),
            None => link,
        };
        BTreeMap::from([
            ("APP_NAME", self.settings.application_name.clone()),
            ("EMAIL", to.into()),
            ("CODE", code.into()),
            ("TOKEN", code.into()),
            ("VERIFICATION_URL", link),
            ("SITE_URL", self.site.clone()),
            ("REDIRECT_URI", self.onward.clone().unwrap_or_default()),
        ])
    }
}

impl Text {
    fn fill(&self, values: &BTreeMap<&'static str, String>) -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(limits::TEMPLATE_FUEL));
        let subject = templates.render_str(&self.subject, values)?;
        Ok(Self {
            // A line of its own, whatever the template makes of it.
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            body: templates.render_str(&self.body, values)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<&'static str, String> {
        let names = [
            "APP_NAME",
            "EMAIL",
            "CODE",
            "TOKEN",
            "VERIFICATION_URL",
            "SITE_URL",
            "REDIRECT_URI",
        ];
        names.map(|name| (name, format!("<{name}>"))).into()
    }

    #[test]
    fn what_is_built_in_can_be_filled() {
        for template in [
            Template::UserVerification,
            Template::PasswordReset,
            Template::ChangeEmail,
            Template::Otp,
        ] {
            let letter = template.built_in().fill(&values()).unwrap();
            let what = if template == Template::Otp {
                "<CODE>"
            } else {
                "<VERIFICATION_URL>"
            };
            assert!(
                letter.body.contains(what) && letter.subject.contains("<APP_NAME>"),
                "{letter:?}"
            );
            assert!(!letter.subject.is_empty() && !letter.body.contains("{{"), "{letter:?}");
        }
    }

    #[test]
    fn a_mistake_in_a_template_is_said_and_a_loop_ends() {
        let fill = |body: &str| {
            let text = Text {
                subject: "Two\nlines".into(),
                body: body.into(),
            };
            text.fill(&values())
        };
        assert_eq!(fill("{{ CODE }}").unwrap().subject, "Two lines");
        for wrong in [
            "{{ KODE }}",
            "{{ CODE",
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        ] {
            assert!(fill(wrong).is_err(), "{wrong}");
        }
    }
}
