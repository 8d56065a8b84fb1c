//! `guesthouse components logs`: what a component wrote, and what the host has to say about it.

use std::fmt::Write as _;
use std::io;
use std::os::fd::AsFd as _;

use anyhow::bail;
use bytes::Bytes;
use clap::Args;
use http::Method;
use tokio::io::Interest;
use tokio::net::unix::pipe;

use super::client::Client;
use super::deploy::component_name;
use super::print;
use super::target::{Remote, Target, here};
use crate::control::ErrorBody;
use crate::limits;
use crate::logs::Entry;

#[derive(Debug, Args)]
pub struct LogsArguments {
    #[arg(value_parser = component_name)]
    name: String,
    /// How many lines, the newest there are.
    #[arg(long, value_name = "N", default_value_t = limits::LOG_LINES_SHOWN)]
    lines: usize,
    /// Goes on with each line that is written from now on, until Ctrl-C. It needs a server that runs.
    #[arg(long)]
    follow: bool,
    /// Each line as a JSON object, with its text exactly as it was written.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) remote: Remote,
}

/// What is left to print in the end. What follows is printed as it comes.
pub async fn logs(target: &Target, arguments: &LogsArguments) -> anyhow::Result<String> {
    let LogsArguments { name, lines, json, .. } = arguments;
    if arguments.follow && target.is_stopped() {
        bail!("no server runs here, so there is nothing to follow; without `--follow` you see what was written before");
    }
    // The last one is needed to go on behind it.
    let newest = target.newest_lines(name, (*lines).max(1)).await?;
    let text = shown(&newest[newest.len().saturating_sub(*lines)..], *json)?;
    match target {
        Target::Server(client) if arguments.follow => {
            print(&text)?;
            let last = newest.last().map_or(0, |entry| entry.number);
            go_on(client, name, last, |entries| print(&shown(entries, *json)?)).await?;
            Ok(String::new())
        }
        _ => Ok(text),
    }
}

impl Target {
    /// The newest lines of a component, in their order; one answer does not hold any number of them.
    async fn newest_lines(&self, name: &str, count: usize) -> anyhow::Result<Vec<Entry>> {
        let mut answers = Vec::new();
        let (mut missing, mut before) = (count, None);
        while missing > 0 {
            let lines = missing.min(limits::LOG_ANSWER_LINES_MAX);
            let answer = self.lines_before(name, before, lines).await?;
            let Some(first) = answer.first() else { break };
            before = Some(first.number);
            missing = missing.saturating_sub(answer.len());
            answers.push(answer);
        }
        Ok(answers.into_iter().rev().flatten().collect())
    }

    async fn lines_before(&self, name: &str, before: Option<u64>, lines: usize) -> anyhow::Result<Vec<Entry>> {
        match self {
            Target::Server(client) => {
                let before = before.map(|number| format!("&before={number}")).unwrap_or_default();
                let path = format!("components/{name}/logs?lines={lines}{before}");
                client.send(Method::GET, &path, Bytes::new()).await
            }
            Target::Stopped(deployer, _) => {
                let logs = &deployer.runtime().stores().logs;
                if !logs.has(name).await? {
                    here(deployer.show(name).await)?;
                }
                Ok(logs.newest(name, before, lines).await?)
            }
        }
    }
}

/// Shows each line that comes, until somebody has seen enough.
async fn go_on(
    client: &Client,
    name: &str,
    mut last: u64,
    show: impl Fn(&[Entry]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let enough = async {
        tokio::select! { () = reader_goes() => {}, _ = tokio::signal::ctrl_c() => {} }
    };
    tokio::pin!(enough);
    loop {
        let lines = limits::LOG_ANSWER_LINES_MAX;
        let path = format!("components/{name}/logs?after={last}&wait=true&lines={lines}");
        let came = tokio::select! {
            biased;
            () = &mut enough => return Ok(()),
            came = client.send::<Vec<Entry>>(Method::GET, &path, Bytes::new()) => came,
        };
        let came = came.map_err(|error| match error.is::<ErrorBody>() {
            true => error,
            false => error.context("the server has stopped, or cannot be reached any more"),
        })?;
        last = came.last().map_or(last, |entry| entry.number);
        show(&came)?;
    }
}

/// Returns when whoever reads standard output through a pipe is gone. It may be something else than a pipe; then nobody goes.
async fn reader_goes() {
    let pipe = io::stdout().as_fd().try_clone_to_owned();
    // It is looked at and not written to, so it may block like any other.
    if let Ok(pipe) = pipe.and_then(pipe::Sender::from_owned_fd_unchecked)
        && pipe.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

fn shown(entries: &[Entry], json: bool) -> anyhow::Result<String> {
    let mut text = String::new();
    for entry in entries {
        if json {
            // JSON leaves some control characters as they are; between its strings there are none.
            for character in serde_json::to_string(entry)?.chars() {
                match character.is_control() {
                    true => write!(text, "\\u{:04x}", u32::from(character))?,
                    false => text.push(character),
                }
            }
        } else {
            let Entry { time, version, .. } = entry;
            let (stream, line) = (entry.stream.as_str(), harmless(&entry.text));
            write!(text, "{time} v{version} {stream:<6} {line}")?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// A component may write what it likes, but neither command a terminal nor look like another line: what cannot be seen is escaped.
/// Quotation marks and backslashes can.
fn harmless(text: &str) -> String {
    let is_plain = |character: char| matches!(character, '"' | '\'' | '\\');
    let mut harmless = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_plain) {
        let rest = piece.trim_end_matches(is_plain);
        harmless.extend(rest.escape_debug());
        harmless.push_str(&piece[rest.len()..]);
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Stream;

    #[test]
    fn a_line_is_one_line_and_cannot_command_a_terminal() {
        let entry = Entry {
            number: 9,
            time: "2026-08-14T09:30:00.250Z".into(),
            version: 3,
            stream: Stream::Host,
            text: "\u{1b}[2J\r\u{9b}31m\u{202e}\u{7}a \"b\" 'c' \\d\u{e9} \u{2764}\u{fe0f}\tend".into(),
        };
        let line = shown(std::slice::from_ref(&entry), false).expect("a line");
        assert_eq!(
            line,
            "2026-08-14T09:30:00.250Z v3 host   \\u{1b}[2J\\r\\u{9b}31m\\u{202e}\\u{7}a \"b\" 'c' \\d\u{e9} \u{2764}\u{fe0f}\\tend\n"
        );
        let json = shown(std::slice::from_ref(&entry), true).expect("JSON");
        assert!(
            json.chars().filter(|character| character.is_control()).eq(['\n']),
            "{json:?}"
        );
        assert_eq!(serde_json::from_str::<Entry>(&json).expect("JSON"), entry);
    }
}
