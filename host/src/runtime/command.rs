//! Runs the commands of a version: each call in an instance of its own, under the time limit of the command.

use super::log::explain;
use super::outcome::Outcome as End;
use super::prepared::root;
use super::running::Running;
use super::state::State;
use crate::audit::Deed;
use crate::capability::bindings::command::CommandWorld;
use crate::capability::bindings::command::exports::guesthouse::host::command as contract;
use crate::components::commands::{Answer, Call, Command, CommandError, Outcome};
use crate::faults;
use std::time::Duration;
use wasmtime::Store;

impl Running {
    /// Adds a line of the host's to the component's log.
    pub fn note(&self, text: &str) {
        self.shared().granted.note(text);
    }

    /// Calls a command. The time limit holds from the outside: code that never lets go is ended as well.
    pub async fn run_command(&self, command: &Command, call: Call) -> Result<Answer, CommandError> {
        let failed = |why: String| CommandError::Failed {
            name: command.name.clone(),
            component: self.name().to_owned(),
            why,
        };
        let Some(pre) = &self.shared().command else {
            // Refused when the version was made ready.
            return Err(CommandError::Unknown(command.name.clone()));
        };
        faults::visit(faults::Place::Command);
        let had_input = call.input.is_some();
        let work = async {
            let mut store = self.shared().store().await?;
            let exports = pre.instantiate_async(&mut store).await?;
            invoke(&mut store, &exports, &command.name, call).await
        };
        let ended = tokio::time::timeout(Duration::from_millis(command.timeout_ms), work).await;
        let outcome = match &ended {
            Ok(Ok(_)) => End::Ok,
            Ok(Err(_)) => End::Trapped,
            Err(_) => End::TimedOut,
        };
        if let Ok(Err(error)) = &ended {
            self.shared().probation.note_cause(|| root(error));
        }
        self.shared().note(Deed::Command, outcome, None);
        let note = |why: &str| self.note(&format!("the command `{}` failed: {why}", command.name));
        let answer = ended.map_err(|_| {
            note("it took too long");
            CommandError::TimedOut {
                name: command.name.clone(),
                timeout_ms: command.timeout_ms,
            }
        })?;
        let answer = answer.map_err(|error| {
            note(&explain(&error));
            failed(root(&error))
        })?;
        match answer {
            contract::Answer::Done(outcome) => Ok(Answer::Done(Outcome {
                status: outcome.status,
                output: outcome.output,
                errors: outcome.errors,
            })),
            contract::Answer::InputWanted(_) if had_input => Err(failed("it asks for input again".to_owned())),
            contract::Answer::InputWanted(what) => Ok(Answer::InputWanted(what)),
        }
    }
}

async fn invoke(
    store: &mut Store<State>,
    exports: &CommandWorld,
    name: &str,
    call: Call,
) -> wasmtime::Result<contract::Answer> {
    let invocation = contract::Invocation {
        name: name.to_owned(),
        arguments: call.arguments,
        input: call.input,
    };
    store
        .run_concurrent(async |accessor| exports.guesthouse_host_command().call_run(accessor, invocation).await)
        .await?
}
