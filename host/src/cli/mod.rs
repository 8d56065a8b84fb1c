//! The command line. Help texts are the manual: they say what each option does and what it is by default.

mod audit;
mod client;
mod command;
mod components;
mod deploy;
mod export;
mod grants;
mod logs;
mod mail;
mod migrate;
mod package;
pub mod run;
mod secrets;
mod target;
pub mod terminal;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Where everything is if nobody says otherwise.
const DATA_DIRECTORY_DEFAULT: &str = "./data";

/// A self-hosted backend in one executable: every feature is a WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "guesthouse", version, arg_required_else_help = true)]
struct Arguments {
    /// The folder that holds everything: databases, components, files, secrets. `run` makes it if it is missing.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "GUESTHOUSE_DATA_DIR",
        default_value = DATA_DIRECTORY_DEFAULT
    )]
    data_dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server. It runs until it is told to stop (Ctrl-C or SIGTERM).
    Run(run::RunOptions),
    /// Deploy a component, or a new version of one: into the running server, or for its next start.
    Deploy(deploy::DeployArguments),
    /// See and change what is deployed.
    Components(components::ComponentsArguments),
    /// See, apply and begin the SQL files in `migrations/` of the data directory.
    ///
    /// They are `migrations/<database>/U<version>__<name>.sql`. Each is applied once, in the order of the versions, in one
    /// transaction: what fails leaves the database as it was, and nothing after it is applied. A start of the server applies
    /// what is pending too. A file that was applied must stay as it is.
    Migrate(migrate::MigrateArguments),
    /// See, set and delete the secrets of components: keys and the like. Values are never shown.
    Secrets(secrets::SecretsArguments),
    /// See who changed what, and what components were denied, the newest first.
    ///
    /// What is denied again within an hour is one line with how often. `guesthouse components grants NAME` says more about one
    /// component.
    Audit(audit::AuditArguments),
    /// See the requests of late, or what one of them did: every call of the host on its behalf.
    ///
    /// The server keeps the last few hundred in memory, and a thousand of those that did not end well. Every response of a component has the number of its request in the field
    /// `x-request-id`. How one ended: `ok`; `denied`: it was answered, and a call of the component was denied; `trapped`;
    /// `timed-out`; `out-of-memory`; `cancelled`: the client went away; `busy`: the component had too much to do.
    Requests(audit::RequestsArguments),
    /// See the mail that components have sent, and where it is.
    Mail(mail::MailArguments),
    /// Compile a component. The server calls this in a process of its own, where it can be limited.
    #[command(hide = true)]
    Compile { input: PathBuf, output: PathBuf },
    /// A command that a component brings: the name and all that follows it.
    #[command(external_subcommand)]
    OfComponent(Vec<OsString>),
}

/// Exit codes: 0 done, 1 failed, 2 not understood (that one comes from the parser of arguments). Commands of components have
/// their own.
pub fn main() -> ExitCode {
    let Arguments { data_dir, command } = parse();
    let done = |()| ExitCode::SUCCESS;
    let result = match command {
        Command::Run(options) => crate::server::run(data_dir, options).map(done),
        Command::Deploy(arguments) => block_on(deploy::deploy(&data_dir, arguments)).map(done),
        Command::Components(arguments) => block_on(components::components(&data_dir, arguments)).map(done),
        Command::Migrate(arguments) => block_on(migrate::migrate(&data_dir, arguments)).map(done),
        Command::Secrets(arguments) => block_on(secrets::secrets(&data_dir, arguments)).map(done),
        Command::Audit(arguments) => block_on(audit::audit(&data_dir, arguments)).map(done),
        Command::Requests(arguments) => block_on(audit::requests(&data_dir, arguments)).map(done),
        Command::Mail(arguments) => block_on(mail::mail(&data_dir, arguments)).map(done),
        Command::Compile { input, output } => crate::runtime::compile_file(&input, &output).map(done),
        Command::OfComponent(words) => block_on(command::run(&data_dir, words)).map(ExitCode::from),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Reads the command line. Where help is asked for, it lists the commands of components too.
fn parse() -> Arguments {
    let words = command::help_of_component(std::env::args_os().collect());
    let mut parser = Arguments::command();
    let asks = |word: &OsString| word == "help" || word == "--help" || word == "-h";
    if words.len() <= 1 || words.iter().any(asks) {
        parser = parser.after_help(command::help_section(&words));
    }
    let matches = parser.get_matches_from(words);
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Writes to stdout. A reader that has seen enough is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::commands::HOST_COMMANDS;

    #[test]
    fn no_component_can_take_a_command_of_the_host() {
        for command in Arguments::command().get_subcommands() {
            assert!(HOST_COMMANDS.contains(&command.get_name()), "{}", command.get_name());
        }
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_data_directory_is_taken_before_and_after_the_command() {
        for line in [
            "guesthouse --data-dir /d components list",
            "guesthouse components list --data-dir /d",
        ] {
            let parsed = Arguments::try_parse_from(line.split(' ')).expect("good arguments");
            assert_eq!(parsed.data_dir, PathBuf::from("/d"));
        }
    }
}
