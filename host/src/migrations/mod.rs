//! SQL migrations: reading them from folders, and applying those of the data directory's owner.

mod folder;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capability::sqlite::{
    Databases, EngineError, EngineStatement, EngineValue, Migration, MigrationError, Role,
};
use crate::data_directory::DataDirectory;

pub use folder::{FolderError, file_name, read_folder, read_texts};

/// The set that these migrations belong to in the databases' own lists. No component can have this name.
const SET: &str = "data directory";

#[derive(Debug, thiserror::Error)]
pub enum MigrationsError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("a migration of {database}.db failed: {error}")]
    Failed { database: String, error: MigrationError },
    #[error("{database}.db cannot be used: {error}")]
    Database { database: String, error: EngineError },
}

/// One migration as `guesthouse migrate` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub database: String,
    pub version: i64,
    pub name: String,
    pub applied: bool,
}

/// Applies what is not applied yet, database by database, in the order of the versions. Returns what it applied.
pub async fn apply(directory: &DataDirectory, databases: &Databases) -> Result<Vec<Line>, MigrationsError> {
    let before = list(directory, databases).await?;
    let role = Arc::new(Role::host());
    for (database, migrations) in read_folder(&directory.migrations())? {
        if migrations.is_empty() {
            continue;
        }
        let opened = databases.open(&database);
        let opened = opened.map_err(|error| MigrationsError::Database {
            database: database.clone(),
            error,
        })?;
        let applied = opened.migrate(&role, SET, migrations).await;
        applied.map_err(|error| MigrationsError::Failed { database, error })?;
    }
    Ok(before
        .into_iter()
        .filter(|line| !line.applied)
        .map(|line| Line { applied: true, ..line })
        .collect())
}

/// All migrations of the directory, and which of them are applied.
pub async fn list(directory: &DataDirectory, databases: &Databases) -> Result<Vec<Line>, MigrationsError> {
    let mut lines = Vec::new();
    for (database, migrations) in read_folder(&directory.migrations())? {
        let applied = if migrations.is_empty() {
            Vec::new()
        } else {
            applied_versions(databases, &database).await?
        };
        lines.extend(migrations.into_iter().map(|Migration { version, name, .. }| Line {
            database: database.clone(),
            applied: applied.contains(&version),
            version,
            name,
        }));
    }
    Ok(lines)
}

async fn applied_versions(databases: &Databases, database: &str) -> Result<Vec<i64>, MigrationsError> {
    let failed = |error| MigrationsError::Database {
        database: database.to_owned(),
        error,
    };
    let opened = databases.open(database).map_err(failed)?;
    let role = Arc::new(Role::host());
    let statement = |sql: &str, parameters| EngineStatement {
        sql: sql.into(),
        parameters,
    };
    let table = statement(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_migration'",
        Vec::new(),
    );
    if opened.query(&role, table).await.map_err(failed)?.values.is_empty() {
        return Ok(Vec::new());
    }
    let versions = statement(
        "SELECT version FROM _migration WHERE set_name = ?1",
        vec![EngineValue::Text(SET.to_owned())],
    );
    let outcome = opened.query(&role, versions).await.map_err(failed)?;
    let integer = |value| {
        if let EngineValue::Integer(integer) = value {
            Some(integer)
        } else {
            None
        }
    };
    Ok(outcome.values.into_iter().filter_map(integer).collect())
}

/// The migrations of a component's manifest folder or of a data directory, by database.
pub type ByDatabase = BTreeMap<String, Vec<Migration>>;
