//! `guesthouse migrate`: applies or lists the SQL files of the data directory.

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::print;
use crate::builtins::BUILTINS;
use crate::control::socket;
use crate::data_directory::DataDirectory;
use crate::migrations::{self, Line};

#[derive(Debug, Args)]
pub struct MigrateArguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Apply what is not applied yet. This is what `migrate` alone does.
    Apply,
    /// Show all migrations and which of them are applied.
    List,
}

pub async fn migrate(data_directory: &Path, arguments: MigrateArguments) -> anyhow::Result<()> {
    if socket::connect(data_directory).await.is_ok() {
        bail!(
            "a server runs in {}; it applies migrations as it starts, so restart it",
            data_directory.display()
        );
    }
    let directory = DataDirectory::open_existing(data_directory)?;
    let deployer = crate::server::open_stopped(&directory).await?;
    let databases = deployer.databases();
    let lines = match arguments.action {
        Some(Action::List) => migrations::list(&directory, databases).await,
        Some(Action::Apply) | None => {
            // The tables of the built-ins come first: a migration may name them.
            deployer.adopt(BUILTINS).await?;
            migrations::apply(&directory, databases).await
        }
    };
    deployer.close().await;
    print(&describe(&lines?))
}

fn describe(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "there is nothing to show: no migration is new\n".to_owned();
    }
    let describe = |line: &Line| {
        let state = if line.applied { "applied" } else { "pending" };
        format!("{state}  {}/U{}__{}.sql\n", line.database, line.version, line.name)
    };
    lines.iter().map(describe).collect()
}
