//! The command line. Help texts are the manual: they say what each option does and what it is by default.

mod client;
mod components;
mod deploy;
mod migrate;
mod package;
pub mod run;
mod secrets;
mod target;
mod terminal;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
        default_value = "./data"
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
    /// Apply the SQL files in `migrations/` of the data directory that are not applied yet, as a start of the server does.
    Migrate(migrate::MigrateArguments),
    /// See, set and delete the secrets of components: keys and the like. Values are never shown.
    Secrets(secrets::SecretsArguments),
    /// Compile a component. The server calls this in a process of its own, where it can be limited.
    #[command(hide = true)]
    Compile { input: PathBuf, output: PathBuf },
}

/// Exit codes: 0 done, 1 failed, 2 not understood (that one comes from the parser of arguments).
pub fn main() -> ExitCode {
    let Arguments { data_dir, command } = Arguments::parse();
    let result = match command {
        Command::Run(options) => crate::server::run(data_dir, options),
        Command::Deploy(arguments) => block_on(deploy::deploy(&data_dir, arguments)),
        Command::Components(arguments) => block_on(components::components(&data_dir, arguments)),
        Command::Migrate(arguments) => block_on(migrate::migrate(&data_dir, arguments)),
        Command::Secrets(arguments) => block_on(secrets::secrets(&data_dir, arguments)),
        Command::Compile { input, output } => crate::runtime::compile_file(&input, &output),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
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
    use clap::CommandFactory;

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
