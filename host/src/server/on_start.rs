//! The commands that components ask to have run whenever the server has started (`on_start` in a manifest).
//!
//! What they say is for whoever started the server and nobody else: it goes to standard error, and never into the log. A failure is a
//! warning, and a line of the component's log, for the server runs all the same.

use crate::cli::terminal;
use crate::components::commands::{Answer, Call, CommandError, Outcome};
use crate::deployments::{Deployments, OnStart};
use crate::limits;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use tokio::sync::watch;

/// Runs them, one after another. Once the server stops no other one begins.
pub async fn run(deployments: Arc<Deployments>, stopping: watch::Receiver<bool>) {
    for start in deployments.on_start() {
        if *stopping.borrow() {
            return;
        }
        let (running, command) = (start.running.clone(), start.command.name.clone());
        let component = running.name();
        let note = |why: &str| {
            running.note(&format!(
                "the command `{command}`, which runs when the server starts, {why}"
            ))
        };
        match run_one(start).await {
            Ok(Answer::Done(outcome)) => {
                say(component, &outcome);
                if outcome.status != 0 {
                    let status = outcome.status;
                    tracing::warn!(%component, %command, status, "a command that runs when the server starts failed");
                    note(&format!("ended with status {status}"));
                }
            }
            Ok(Answer::InputWanted(_)) => {
                tracing::warn!(%component, %command, "a command that runs when the server starts asks for input, which nobody gives");
                note("asks for input, which nobody gives");
            }
            Err(error) => {
                tracing::warn!(%component, %command, %error, "a command that runs when the server starts failed");
                note(&format!("failed: {error}"));
            }
        }
    }
}

async fn run_one(start: OnStart) -> Result<Answer, CommandError> {
    let mut command = start.command;
    command.timeout_ms = command.timeout_ms.min(limits::ON_START_TIMEOUT_MS);
    let call = Call::with(command.on_start.clone().unwrap_or_default());
    let answer = start.running.run_command(&command, call).await?;
    answer.check(&command.name)?;
    Ok(answer)
}

/// Each line names the component, so that none can speak as the server itself. A terminal that has gone is no failure.
fn say(component: &str, outcome: &Outcome) {
    let mut stderr = io::stderr();
    let is_terminal = stderr.is_terminal();
    for line in [&outcome.output, &outcome.errors]
        .into_iter()
        .flat_map(|text| text.lines())
    {
        let _ = writeln!(stderr, "{component}: {}", terminal::shown(line, is_terminal));
    }
}
