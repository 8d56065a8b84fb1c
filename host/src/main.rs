//! `guesthouse`: a minimal host. Every feature is a component that it runs.

mod builtins;
mod capability;
mod cli;
mod components;
mod control;
mod data_directory;
mod deployments;
mod limits;
mod migrations;
mod router;
mod runtime;
mod server;

fn main() -> std::process::ExitCode {
    cli::main()
}
