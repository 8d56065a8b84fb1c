//! One call of a command: what it is given, how it ends, and what it can fail of.

use serde::{Deserialize, Serialize};

use crate::limits;

/// What a command is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    pub arguments: Vec<String>,
    /// What standard input held. None: nobody asked for it yet.
    pub input: Option<Vec<u8>>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done(Outcome),
    /// The command is to be called again, with input. The text says what it wants.
    InputWanted(String),
}

/// What a command leaves on the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub status: u8,
    pub output: String,
    pub errors: String,
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error(
        "there is no command `{0}`; `guesthouse --help` lists the commands, `guesthouse components list` the components that may bring more"
    )]
    Unknown(String),
    #[error("the command `{0}` was given more than {max} arguments or {kib} KiB of them; give it the rest as input", max = limits::COMMAND_ARGUMENTS_MAX, kib = limits::COMMAND_ARGUMENTS_BYTES_MAX / 1024)]
    TooManyArguments(String),
    #[error("the input of the command `{0}` is larger than {mib} MiB; give it less at a time", mib = limits::COMMAND_INPUT_BYTES_MAX / (1024 * 1024))]
    TooMuchInput(String),
    #[error("the command `{0}` wrote more than {mib} MiB, which is not shown", mib = limits::COMMAND_OUTPUT_BYTES_MAX / (1024 * 1024))]
    TooMuchOutput(String),
    #[error("{max} commands run already; try again when one has ended", max = limits::COMMANDS_RUNNING_MAX)]
    Busy,
    #[error("the command `{name}` was ended after {timeout_ms} ms, its limit; what it had done by then stays")]
    TimedOut { name: String, timeout_ms: u64 },
    #[error(
        "the command `{name}` failed: {why}; what it had done by then stays, and the log of `{component}` may say more"
    )]
    Failed {
        name: String,
        component: String,
        why: String,
    },
}

impl CommandError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::Unknown(_) => "no_such_command",
            CommandError::TooManyArguments(_) => "too_many_arguments",
            CommandError::TooMuchInput(_) => "too_much_input",
            CommandError::TooMuchOutput(_) => "too_much_output",
            CommandError::Busy => "busy",
            CommandError::TimedOut { .. } => "timed_out",
            CommandError::Failed { .. } => "command_failed",
        }
    }
}

impl Call {
    /// A call with arguments and no input.
    pub fn with(arguments: Vec<String>) -> Call {
        Call { arguments, input: None }
    }

    /// Whether a command may be given this.
    pub fn check(&self, name: &str) -> Result<(), CommandError> {
        let bytes: usize = self.arguments.iter().map(String::len).sum();
        if self.arguments.len() > limits::COMMAND_ARGUMENTS_MAX || bytes > limits::COMMAND_ARGUMENTS_BYTES_MAX {
            return Err(CommandError::TooManyArguments(name.to_owned()));
        }
        match &self.input {
            Some(input) if input.len() > limits::COMMAND_INPUT_BYTES_MAX => {
                Err(CommandError::TooMuchInput(name.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Answer {
    /// Whether this may be shown.
    pub fn check(&self, name: &str) -> Result<(), CommandError> {
        let bytes = match self {
            Answer::Done(outcome) => outcome.output.len() + outcome.errors.len(),
            Answer::InputWanted(what) => what.len(),
        };
        match bytes > limits::COMMAND_OUTPUT_BYTES_MAX {
            true => Err(CommandError::TooMuchOutput(name.to_owned())),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_input_and_output_are_bounded() {
        let mut call = Call {
            arguments: vec![String::new(); limits::COMMAND_ARGUMENTS_MAX],
            input: Some(vec![0; limits::COMMAND_INPUT_BYTES_MAX]),
        };
        assert_eq!(call.check("c"), Ok(()));
        call.input = Some(vec![0; limits::COMMAND_INPUT_BYTES_MAX + 1]);
        assert_eq!(call.check("c"), Err(CommandError::TooMuchInput("c".into())));
        call.arguments.push(String::new());
        assert_eq!(call.check("c"), Err(CommandError::TooManyArguments("c".into())));
        call.arguments = vec!["a".repeat(limits::COMMAND_ARGUMENTS_BYTES_MAX + 1)];
        assert_eq!(call.check("c"), Err(CommandError::TooManyArguments("c".into())));

        let mut outcome = Outcome {
            status: 0,
            output: "a".repeat(limits::COMMAND_OUTPUT_BYTES_MAX),
            errors: String::new(),
        };
        assert_eq!(Answer::Done(outcome.clone()).check("c"), Ok(()));
        outcome.errors.push('a');
        let too_much = Err(CommandError::TooMuchOutput("c".into()));
        assert_eq!(Answer::Done(outcome).check("c"), too_much);
    }
}
