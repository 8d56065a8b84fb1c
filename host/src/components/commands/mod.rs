//! The commands that components bring to the command line: each by itself, and those of two components.

mod call;

use serde::{Deserialize, Serialize};

pub use call::{Answer, Call, CommandError, Outcome};

use super::manifest::command_name_mistake;
use crate::limits;

/// The host's own commands, and names that it may still take for itself.
pub const HOST_COMMANDS: [&str; 15] = [
    "audit",
    "backup",
    "compile",
    "components",
    "deploy",
    "dev",
    "help",
    "mail",
    "migrate",
    "new",
    "requests",
    "restore",
    "run",
    "secrets",
    "version",
];

/// One `[[command]]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    pub name: String,
    /// One line for `guesthouse --help`.
    pub about: String,
    /// How long one call may take.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// The server itself calls it with these arguments, once after each of its starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_start: Option<Vec<String>>,
}

pub fn default_timeout_ms() -> u64 {
    limits::COMMAND_TIMEOUT_MS_DEFAULT
}

/// Two components want the same command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the command `{command}` of `{name}` is one of `{other}` already; change its name in the manifest or remove `{other}` first"
)]
pub struct CommandConflict {
    pub name: String,
    pub command: String,
    pub other: String,
}

/// Reports what is wrong with the commands of one manifest, each given with its path in the manifest.
pub fn check(commands: &[(String, Command)], mut report: impl FnMut(String, String)) {
    for (index, (at, command)) in commands.iter().enumerate() {
        let path = |key: &str| format!("{at}.{key}");
        let name = command.name.as_str();
        if let Some(mistake) = command_name_mistake(name) {
            report(path("name"), mistake);
        } else if HOST_COMMANDS.contains(&name) {
            report(path("name"), format!("`{name}` is a command of the host itself"));
        } else if commands[..index].iter().any(|(_, other)| other.name == name) {
            report(path("name"), format!("`{name}` stands here twice"));
        }
        let about = command.about.trim();
        if about.is_empty()
            || about.chars().count() > limits::COMMAND_ABOUT_CHARS_MAX
            || about.contains(char::is_control)
        {
            let most = limits::COMMAND_ABOUT_CHARS_MAX;
            report(path("about"), format!("must be one line of 1 to {most} characters"));
        }
        if !(1..=limits::COMMAND_TIMEOUT_MS_MAX).contains(&command.timeout_ms) {
            report(
                path("timeout_ms"),
                format!("must be from 1 to {}", limits::COMMAND_TIMEOUT_MS_MAX),
            );
        }
        if let Some(arguments) = &command.on_start
            && let Err(error) = Call::with(arguments.clone()).check(name)
        {
            report(path("on_start"), error.to_string());
        }
    }
}

/// The first command of `name` that one of the `others` (name and commands each) has already.
pub fn conflict<'a>(
    name: &str,
    commands: &[Command],
    others: impl IntoIterator<Item = (&'a str, &'a [Command])>,
) -> Option<CommandConflict> {
    others.into_iter().find_map(|(other, theirs)| {
        let both = commands
            .iter()
            .find(|command| theirs.iter().any(|their| their.name == command.name))?;
        Some(CommandConflict {
            name: name.to_owned(),
            command: both.name.clone(),
            other: other.to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(name: &str) -> Command {
        Command {
            name: name.to_owned(),
            about: "Does something".to_owned(),
            timeout_ms: default_timeout_ms(),
            on_start: None,
        }
    }

    #[test]
    fn every_bad_command_is_reported_with_its_path() {
        let mut commands = ["good", "good", "Bad", "run"]
            .into_iter()
            .enumerate()
            .map(|(index, name)| (format!("command[{index}]"), command(name)))
            .collect::<Vec<_>>();
        commands[0].1.about = "two\nlines".to_owned();
        commands[0].1.timeout_ms = 0;
        commands[0].1.on_start = Some(vec![String::new(); limits::COMMAND_ARGUMENTS_MAX + 1]);
        let mut paths = Vec::new();
        check(&commands, |path, _| paths.push(path));
        let expected = [
            "command[0].about",
            "command[0].timeout_ms",
            "command[0].on_start",
            "command[1].name",
            "command[2].name",
            "command[3].name",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn a_conflict_names_the_command_and_who_has_it() {
        let theirs = [command("a"), command("b")];
        let found = conflict("mine", &[command("c"), command("b")], [("theirs", &theirs[..])]).expect("a conflict");
        assert_eq!((found.command.as_str(), found.other.as_str()), ("b", "theirs"));
        assert_eq!(conflict("mine", &[command("c")], [("theirs", &theirs[..])]), None);
    }
}
