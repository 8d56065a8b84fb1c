//! `guesthouse migrate`: applies, lists and begins the SQL files of the data directory.

use std::path::{Path, PathBuf};

use anyhow::bail;
use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;

use super::components::table;
use super::print;
use super::target::{Remote, Target};
use crate::builtins::BUILTINS;
use crate::components::manifest::database_name_mistake;
use crate::migrations::{self, Line, State};

#[derive(Debug, Args)]
pub struct MigrateArguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Apply what is pending, in the running server too: requests see it at once. This is what `migrate` alone does.
    Apply {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show all migrations: whether and when they were applied, and which were changed afterwards.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Make the file of a new migration, with the next version.
    New {
        /// What it does, such as `create_note`.
        name: String,
        /// The database that it is for: `main`, or another one, which is made when it is applied.
        #[arg(long, default_value = "main", value_parser = database_name)]
        database: String,
    },
}

fn database_name(text: &str) -> Result<String, String> {
    match database_name_mistake(text) {
        Some(mistake) => Err(mistake),
        None => Ok(text.to_owned()),
    }
}

pub async fn migrate(data_directory: &Path, arguments: MigrateArguments) -> anyhow::Result<()> {
    let action = arguments.action.unwrap_or_else(|| Action::Apply {
        remote: Remote::default(),
    });
    match action {
        Action::New { name, database } => print(&format!("{}\n", new(data_directory, &database, &name)?.display())),
        Action::List { remote } => {
            let target = Target::find(data_directory, remote).await?;
            let lines = target.migrations().await;
            target.close().await;
            print(&list(&lines?))
        }
        Action::Apply { remote } => {
            let target = Target::find(data_directory, remote).await?;
            let lines = target.apply_migrations().await;
            target.close().await;
            print(&applied(&lines?))
        }
    }
}

impl Target {
    async fn migrations(&self) -> anyhow::Result<Vec<Line>> {
        match self {
            Target::Server(client) => client.send(Method::GET, "migrations", Bytes::new()).await,
            Target::Stopped(deployer, directory) => {
                Ok(migrations::list(&directory.migrations(), deployer.databases()).await?)
            }
        }
    }

    async fn apply_migrations(&self) -> anyhow::Result<Vec<Line>> {
        match self {
            Target::Server(client) => client.send(Method::POST, "migrations/apply", Bytes::new()).await,
            Target::Stopped(deployer, directory) => {
                // The tables of the built-ins come first: a migration may name them.
                deployer.adopt(BUILTINS).await?;
                Ok(migrations::apply(&directory.migrations(), deployer.databases()).await?)
            }
        }
    }
}

/// A file is made beside a running server as well: it reads the folder when it applies.
fn new(data_directory: &Path, database: &str, name: &str) -> anyhow::Result<PathBuf> {
    if !data_directory.is_dir() {
        bail!(crate::data_directory::DataDirectoryError::Missing(
            data_directory.to_owned()
        ));
    }
    Ok(migrations::create(&data_directory.join("migrations"), database, name)?)
}

fn list(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "there are no migrations; `guesthouse migrate new NAME` begins one\n".to_owned();
    }
    let row = |line: &Line| {
        [
            line.database.clone(),
            line.version.to_string(),
            line.name.clone(),
            line.state.as_str().to_owned(),
            line.applied.clone().unwrap_or_default(),
        ]
    };
    let mut text = table(
        ["DATABASE", "VERSION", "NAME", "STATE", "APPLIED"],
        lines.iter().map(row),
    );
    let has = |state: State| lines.iter().any(|line| line.state == state);
    if has(State::Changed) {
        text.push_str("\nchanged: the file is not what was applied. The server does not start with it: put it back as it was, and\nwrite what is new into a migration of its own.\n");
    }
    if has(State::Empty) {
        text.push_str("\nempty: the file has no statement yet, and is not applied.\n");
    }
    if has(State::Missing) {
        text.push_str("\nmissing: it was applied, and its file is gone.\n");
    }
    text
}

fn applied(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "nothing is pending\n".to_owned();
    }
    let line = |line: &Line| format!("applied {}/U{}__{}.sql\n", line.database, line.version, line.name);
    lines.iter().map(line).collect()
}
