//! `guesthouse mail`: what components have sent, and where it is.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;

use super::components::table;
use super::print;
use super::target::{Remote, Target};
use crate::capability::mail::{Entry, MailError, Mailbox, Message};
use crate::components::clock::rfc3339;
use crate::limits;

#[derive(Debug, Args)]
pub struct MailArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// What components have sent, the newest first. `kept`: there was no relay to hand it to; `waiting`: it will be tried, or
    /// tried again; `relayed`: the relay took it; `failed`: it was refused or given up, `show` says why.
    List {
        /// Only what is older than the message with this number.
        #[arg(long, value_name = "NUMBER")]
        before: Option<u64>,
        #[command(flatten)]
        remote: Remote,
    },
    /// One message with its text, and what went wrong with it. The text of a relayed one is no longer kept.
    Show {
        number: u64,
        #[command(flatten)]
        remote: Remote,
    },
}

pub async fn mail(data_directory: &Path, arguments: MailArguments) -> anyhow::Result<()> {
    let (Action::List { remote, .. } | Action::Show { remote, .. }) = &arguments.action;
    let target = Target::find(data_directory, remote.clone()).await?;
    let result = act(&target, &arguments.action).await;
    target.close().await;
    print(&result?)
}

async fn act(target: &Target, action: &Action) -> anyhow::Result<String> {
    Ok(match action {
        Action::List { before, .. } => list(&target.list_mail(*before).await?),
        Action::Show { number, .. } => show(&target.show_mail(*number).await?),
    })
}

impl Target {
    async fn list_mail(&self, before: Option<u64>) -> anyhow::Result<Vec<Entry>> {
        match self {
            Target::Server(client) => {
                let query = before.map(|number| format!("?before={number}")).unwrap_or_default();
                client.send(Method::GET, &format!("mail{query}"), Bytes::new()).await
            }
            Target::Stopped(deployer, _) => {
                let mail = &deployer.runtime().stores().mail;
                Ok(mail.list(before, limits::MAIL_LISTED_MAX).await?)
            }
        }
    }

    async fn show_mail(&self, number: u64) -> anyhow::Result<Entry> {
        match self {
            Target::Server(client) => client.send(Method::GET, &format!("mail/{number}"), Bytes::new()).await,
            Target::Stopped(deployer, _) => {
                let found = deployer.runtime().stores().mail.get(number).await?;
                found.ok_or_else(|| MailError::Unknown(number.to_string()).into())
            }
        }
    }
}

fn list(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "no component has sent mail\n".to_owned();
    }
    let row = |entry: &Entry| {
        [
            entry.number.to_string(),
            rfc3339(entry.time_ms),
            entry.state.as_str().to_owned(),
            entry.component.clone(),
            people(entry.message.recipients.iter().chain(&entry.message.hidden_recipients)),
            entry.message.subject.clone(),
        ]
    };
    table(
        ["NUMBER", "SENT", "STATE", "COMPONENT", "TO", "SUBJECT"],
        entries.iter().map(row),
    )
}

fn show(entry: &Entry) -> String {
    let Message {
        sender,
        reply_to,
        recipients,
        hidden_recipients,
        subject,
        text,
        html,
        attachments,
    } = &entry.message;
    let tries = match entry.tries {
        0 => String::new(),
        tries => format!(", tried {tries} times"),
    };
    let lines = [
        ("number", entry.number.to_string()),
        ("sent", rfc3339(entry.time_ms)),
        ("component", entry.component.clone()),
        ("state", format!("{}{tries}", entry.state.as_str())),
        ("because", entry.detail.clone()),
        ("message id", entry.message_id.clone()),
        ("from", people(sender.iter())),
        ("answers to", people(reply_to.iter())),
        ("to", people(recipients.iter())),
        ("hidden to", people(hidden_recipients.iter())),
        ("subject", subject.clone()),
    ];
    let mut shown = String::new();
    for (key, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(shown, "{key:<12} {value}");
    }
    for attachment in attachments {
        let (name, kind, bytes) = (
            &attachment.file_name,
            &attachment.content_type,
            attachment.contents.len(),
        );
        let _ = writeln!(shown, "{:<12} {name} ({kind}, {bytes} bytes)", "attached");
    }
    let html = html
        .as_ref()
        .map(|html| format!("\n{}\n", harmless(html)))
        .unwrap_or_default();
    let _ = write!(shown, "\n{}\n{html}", harmless(text));
    shown
}

fn people<'a>(mailboxes: impl Iterator<Item = &'a Mailbox>) -> String {
    let one = |mailbox: &Mailbox| match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address),
        None => mailbox.address.clone(),
    };
    mailboxes.map(one).collect::<Vec<_>>().join(", ")
}

/// A text from a stranger must not command the terminal.
fn harmless(text: &str) -> String {
    let harmless = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    text.chars().filter(harmless).collect()
}
