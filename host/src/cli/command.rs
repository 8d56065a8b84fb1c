//! `guesthouse NAME ...` where NAME is not the host's own: runs the command of a component.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{CommandFactory, Parser};

use super::client::Client;
use super::target::{Remote, Target};
use super::{Arguments, print, terminal};
use crate::builtins::BUILTINS;
use crate::components::commands::{Answer, Call, CommandError, HOST_COMMANDS, Outcome};
use crate::components::deploy::CommandLine;
use crate::components::manifest::command_name_mistake;
use crate::control::ErrorBody;
use crate::limits;

/// What of the line is the host's, wherever it stands.
const HOST_OPTIONS: [&str; 3] = ["--data-dir", "--to", "--token"];

#[derive(Debug, Parser)]
#[command(name = "guesthouse", no_binary_name = true, disable_help_flag = true)]
struct HostOptions {
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Runs the command that `words` begin with, and returns its exit status.
pub async fn run(data_directory: &Path, words: Vec<OsString>) -> anyhow::Result<u8> {
    let (options, mut words) = split(words);
    let options = HostOptions::try_parse_from(options).unwrap_or_else(|error| error.exit());
    let data_directory = options.data_dir.as_deref().unwrap_or(data_directory);
    let name = words.remove(0).to_string_lossy().into_owned();
    let arguments: Result<Vec<String>, OsString> = words.into_iter().map(OsString::into_string).collect();
    let Ok(arguments) = arguments else {
        bail!("an argument of `{name}` is not UTF-8");
    };
    let target = Target::find(data_directory, options.remote).await.with_context(|| {
        format!("`{name}` is not a command of guesthouse itself, and no component can be asked whether it is theirs")
    })?;
    let outcome = call(&target, &name, arguments).await;
    target.close().await;
    let outcome = outcome?;
    print(&terminal::shown(&outcome.output, io::stdout().is_terminal()))?;
    eprint!("{}", terminal::shown(&outcome.errors, io::stderr().is_terminal()));
    Ok(outcome.status)
}

async fn call(target: &Target, name: &str, arguments: Vec<String>) -> anyhow::Result<Outcome> {
    target.start().await?;
    if command_name_mistake(name).is_some() {
        bail!(unknown(name, &target.commands().await?));
    }
    let mut call = Call::with(arguments);
    loop {
        match target.run_command(name, &call).await {
            Ok(Answer::Done(outcome)) => return Ok(outcome),
            Ok(Answer::InputWanted(what)) if call.input.is_none() => call.input = Some(input(name, &what)?),
            Ok(Answer::InputWanted(_)) => bail!("the server asks for the input of `{name}` again"),
            Err(error) if is_unknown(&error) => bail!(unknown(name, &target.commands().await?)),
            Err(error) => return Err(error),
        }
    }
}

/// The options of the host, and the rest: the name of the command and what the component gets. Behind `--` all is the component's.
fn split(words: impl IntoIterator<Item = OsString>) -> (Vec<OsString>, Vec<OsString>) {
    let (mut options, mut rest) = (Vec::new(), Vec::new());
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == "--" {
            rest.push(word);
            break;
        }
        let option = text.split_once('=').map_or(&*text, |(option, _)| option);
        if !HOST_OPTIONS.contains(&option) {
            rest.push(word);
        } else if text.contains('=') {
            options.push(word);
        } else {
            options.push(word);
            options.extend(words.next());
        }
    }
    rest.extend(words);
    (options, rest)
}

/// What the command asks for: a line from a terminal, or all that standard input holds.
fn input(name: &str, what: &str) -> anyhow::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        return terminal::read_secret(&terminal::shown(what, true));
    }
    let mut input = Vec::new();
    let most = limits::COMMAND_INPUT_BYTES_MAX as u64;
    io::stdin().lock().take(most + 1).read_to_end(&mut input)?;
    if input.len() as u64 > most {
        return Err(CommandError::TooMuchInput(name.to_owned()).into());
    }
    Ok(input)
}

fn is_unknown(error: &anyhow::Error) -> bool {
    let code = CommandError::Unknown(String::new()).code();
    error.downcast_ref::<ErrorBody>().is_some_and(|body| body.error == code)
}

fn unknown(name: &str, brought: &[CommandLine]) -> String {
    let own = Arguments::command();
    let own = own.get_subcommands().filter(|command| !command.is_hide_set());
    let own: Vec<&str> = own.map(clap::Command::get_name).collect();
    let brought = brought
        .iter()
        .map(|line| format!("{} (of {})", line.name, line.component));
    let brought: Vec<String> = brought.collect();
    let mut text = format!("there is no command `{name}`; there are {}", own.join(", "));
    match brought.is_empty() {
        true => text.push_str(", and none that a component brings"),
        false => write!(text, ", and from components {}", brought.join(", ")).expect("a String takes everything"),
    }
    text
}

/// What `guesthouse --help` says about the commands of components: of the running server where there is one, else of the
/// built-ins. Help never fails, so neither does this.
pub fn help_section(words: &[OsString]) -> String {
    let lines = running(words).unwrap_or_else(shipped);
    if lines.is_empty() {
        return "No component brings a command.".to_owned();
    }
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    let mut text = String::from("Commands that components bring:\n");
    for CommandLine { name, about, component } in lines {
        let about = terminal::shown(&about, true);
        writeln!(text, "  {name:<width$}  {about} (of {component}; see `{name} --help`)")
            .expect("a String takes everything");
    }
    text.push_str("\nThey run in the server of the data directory, or without one where none runs.");
    text
}

fn running(words: &[OsString]) -> Option<Vec<CommandLine>> {
    let (options, _) = split(words.iter().cloned());
    let options = HostOptions::try_parse_from(options).ok()?;
    let directory = options
        .data_dir
        .or_else(|| std::env::var_os("GUESTHOUSE_DATA_DIR").map(PathBuf::from));
    let directory = directory.unwrap_or_else(|| PathBuf::from(super::DATA_DIRECTORY_DEFAULT));
    super::block_on(async {
        let asked = async { Client::of_directory(&directory).await?.commands().await.ok() };
        let answer = tokio::time::timeout(limits::HELP_TIMEOUT, asked).await;
        answer.ok().flatten().context("no server")
    })
    .ok()
}

fn shipped() -> Vec<CommandLine> {
    let manifests = BUILTINS.iter().filter_map(|builtin| builtin.manifest().ok());
    manifests
        .flat_map(|manifest| {
            let component = manifest.name;
            manifest.commands.into_iter().map(move |command| CommandLine {
                name: command.name,
                about: command.about,
                component: component.clone(),
            })
        })
        .collect()
}

/// `help NAME` of a component's command is `NAME --help`; the rest stays as it was typed.
pub fn help_of_component(mut words: Vec<OsString>) -> Vec<OsString> {
    let is_host =
        |name: &OsStr| (name.to_str()).is_some_and(|name| HOST_COMMANDS.contains(&name) || name.starts_with('-'));
    let mut at = 1;
    while let Some(text) = words.get(at).map(|word| word.to_string_lossy())
        && HOST_OPTIONS.contains(&text.split('=').next().unwrap_or_default())
    {
        at += if text.contains('=') { 1 } else { 2 };
    }
    if words.get(at).is_some_and(|word| word == "help") && words.get(at + 1).is_some_and(|name| !is_host(name)) {
        words.remove(at);
        words.push("--help".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_hosts_options_are_found_anywhere_before_two_dashes() {
        let (options, rest) = split(words("api --to=http://a set --data-dir /d x --limit 3 -- --to b"));
        assert_eq!(options, words("--to=http://a --data-dir /d"));
        assert_eq!(rest, words("api set x --limit 3 -- --to b"));
    }

    #[test]
    fn help_of_a_component_goes_to_it_and_other_help_stays() {
        let turned = help_of_component(words("guesthouse help api set"));
        assert_eq!(turned, words("guesthouse api set --help"));
        let turned = help_of_component(words("guesthouse --data-dir=a --data-dir help help api"));
        assert_eq!(turned, words("guesthouse --data-dir=a --data-dir help api --help"));
        for line in [
            "guesthouse help",
            "guesthouse help run",
            "guesthouse help --help",
            "guesthouse run",
        ] {
            assert_eq!(help_of_component(words(line)), words(line));
        }
    }
}
