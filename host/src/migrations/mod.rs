//! SQL migrations: reading them from folders, and those of the data directory's owner: applying, listing and beginning them.

mod applied;
mod folder;
mod new;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::capability::sqlite::{Databases, EngineError, Migration, MigrationError, Role};
use crate::components::clock::rfc3339;
use applied::Applied;

pub use folder::{FileNameError, FolderError, file_name, read_folder, read_texts};
pub use new::create;

/// The set that these migrations belong to in the databases' own lists. No component can have this name.
const SET: &str = "data directory";

/// The migrations of a component's manifest folder or of a data directory, by database.
pub type ByDatabase = BTreeMap<String, Vec<Migration>>;

#[derive(Debug, thiserror::Error)]
pub enum MigrationsError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("a migration of {database}.db failed: {error}")]
    Failed {
        database: String,
        error: Box<MigrationError>,
    },
    #[error("{database}.db cannot be used: {error}")]
    Database { database: String, error: EngineError },
}

impl MigrationsError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            MigrationsError::Folder(_) => "invalid_migration",
            MigrationsError::Failed { .. } => "migration_failed",
            MigrationsError::Database { .. } => "database_failed",
        }
    }
}

/// How a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Applied,
    Pending,
    /// It was applied, and its text is another one now.
    Changed,
    /// It has no statement yet. It is passed over, for applied as it is it could never be written.
    Empty,
    /// It was applied, and its file is no longer there.
    Missing,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Pending => "pending",
            State::Changed => "changed",
            State::Empty => "empty",
            State::Missing => "missing",
        }
    }
}

/// One migration as `guesthouse migrate` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub database: String,
    pub version: i64,
    pub name: String,
    pub state: State,
    /// When it was applied.
    pub applied: Option<String>,
}

/// Applies what is not applied yet, database by database, in the order of the versions. Returns what it applied.
pub async fn apply(folder: &Path, databases: &Databases) -> Result<Vec<Line>, MigrationsError> {
    let role = Arc::new(Role::host());
    let mut applied = HashSet::new();
    for (database, mut migrations) in read_folder(folder)? {
        migrations.retain(|migration| {
            let blank = folder::is_blank(&migration.sql);
            if blank {
                let (version, name) = (migration.version, &migration.name);
                tracing::warn!(
                    "the migration {database}/U{version}__{name}.sql has no statement yet; it is not applied"
                );
            }
            !blank
        });
        if migrations.is_empty() {
            continue;
        }
        let opened = databases.open(&database);
        let opened = opened.map_err(|error| MigrationsError::Database {
            database: database.clone(),
            error,
        })?;
        let done = opened.migrate(&role, SET, migrations).await;
        let done = done.map_err(|error| MigrationsError::Failed {
            database: database.clone(),
            error: Box::new(error),
        })?;
        for migration in done {
            let (version, name) = (migration.version, migration.name);
            tracing::info!("applied the migration {database}/U{version}__{name}.sql");
            applied.insert((database.clone(), version));
        }
    }
    let mut lines = list(folder, databases).await?;
    lines.retain(|line| applied.contains(&(line.database.clone(), line.version)));
    Ok(lines)
}

/// All migrations of the folder, and those that were applied from it before.
pub async fn list(folder: &Path, databases: &Databases) -> Result<Vec<Line>, MigrationsError> {
    let mut lines = Vec::new();
    for (database, migrations) in read_folder(folder)? {
        let mut applied = applied::read(databases, &database)
            .await
            .map_err(|error| MigrationsError::Database {
                database: database.clone(),
                error,
            })?;
        let mut of_database: Vec<Line> = migrations
            .into_iter()
            .map(|migration| line(&database, &migration, applied.remove(&migration.version)))
            .collect();
        of_database.extend(applied.into_iter().map(|(version, applied)| Line {
            database: database.clone(),
            version,
            name: applied.name,
            state: State::Missing,
            applied: Some(rfc3339(applied.time_s * 1000)),
        }));
        of_database.sort_by_key(|line| line.version);
        lines.extend(of_database);
    }
    Ok(lines)
}

fn line(database: &str, migration: &Migration, applied: Option<Applied>) -> Line {
    let state = match &applied {
        None if folder::is_blank(&migration.sql) => State::Empty,
        None => State::Pending,
        Some(applied) if applied.digest == migration.digest() => State::Applied,
        Some(_) => State::Changed,
    };
    Line {
        database: database.to_owned(),
        version: migration.version,
        name: migration.name.clone(),
        state,
        applied: applied.map(|applied| rfc3339(applied.time_s * 1000)),
    }
}
