//! The commands of what runs: which there are, and running one.

use std::time::Instant;

use super::{CommandLine, DeployError, Deployer, Runtime};
use crate::components::commands::{Answer, Call, CommandError};

impl<R: Runtime> Deployer<R> {
    /// The commands of everything that runs, by name.
    pub async fn commands(&self) -> Result<Vec<CommandLine>, DeployError> {
        let mut lines = Vec::new();
        for running in self.store.running().await? {
            let component = running.version.name;
            lines.extend(
                running
                    .version
                    .manifest
                    .commands
                    .into_iter()
                    .map(|command| CommandLine {
                        name: command.name,
                        about: command.about,
                        component: component.clone(),
                    }),
            );
        }
        lines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lines)
    }

    /// Runs a command. Its arguments are not logged: they may hold what is not for the log.
    pub async fn run_command(&self, name: &str, call: Call) -> Result<Answer, CommandError> {
        let _place = self.commands.try_acquire().map_err(|_| CommandError::Busy)?;
        call.check(name)?;
        let begun = Instant::now();
        let answer = self.runtime.run_command(name, call).await;
        let duration_ms = begun.elapsed().as_millis() as u64;
        match &answer {
            Ok(Answer::Done(outcome)) => {
                tracing::info!(
                    command = name,
                    status = outcome.status,
                    duration_ms,
                    "a command was run"
                );
            }
            Ok(Answer::InputWanted(_)) => {}
            Err(error) => tracing::warn!(command = name, duration_ms, %error, "a command failed"),
        }
        let answer = answer?;
        answer.check(name)?;
        Ok(answer)
    }
}
