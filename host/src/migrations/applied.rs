//! What a database notes of the migrations that were applied to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::SET;
use crate::capability::sqlite::{Databases, EngineError, EngineStatement, EngineValue, Role};

/// A migration as it was applied.
pub struct Applied {
    pub name: String,
    pub digest: String,
    /// In seconds since 1970.
    pub time_s: i64,
}

/// The migrations of the data directory's owner that were applied, by version. A database that does not exist yet is not made.
pub async fn read(databases: &Databases, database: &str) -> Result<BTreeMap<i64, Applied>, EngineError> {
    if !databases.exists(database) {
        return Ok(BTreeMap::new());
    }
    let opened = databases.open(database)?;
    let role = Arc::new(Role::host());
    let statement = |sql: &str, parameters| EngineStatement {
        sql: sql.into(),
        parameters,
    };
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_migration'";
    if opened
        .query(&role, statement(table, Vec::new()))
        .await?
        .values
        .is_empty()
    {
        return Ok(BTreeMap::new());
    }
    let rows = statement(
        "SELECT version, name, sha256, applied FROM _migration WHERE set_name = ?1",
        vec![EngineValue::Text(SET.to_owned())],
    );
    let mut values = opened.query(&role, rows).await?.values.into_iter();
    let mut applied = BTreeMap::new();
    // The table is STRICT, and its columns are NOT NULL.
    while let (
        Some(EngineValue::Integer(version)),
        Some(EngineValue::Text(name)),
        Some(EngineValue::Text(digest)),
        Some(EngineValue::Integer(time_s)),
    ) = (values.next(), values.next(), values.next(), values.next())
    {
        applied.insert(version, Applied { name, digest, time_s });
    }
    Ok(applied)
}
