//! The table behind an API, as the database's schema describes it.

use std::collections::HashMap;

use guesthouse::sqlite::{Error as DatabaseError, Row, Rows};

use crate::checks::{self, Check};
use crate::id::KeyKind;
use crate::sql::Identifier;

/// Why an API that is configured cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It needs what is not built yet. The text is fit to be shown to clients.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The operator has to mend something. The text is for the log.
    #[error("{0}")]
    Misconfigured(String),
}

impl From<DatabaseError> for Refusal {
    fn from(error: DatabaseError) -> Self {
        Self::Misconfigured(format!("the schema does not read as expected: {error}"))
    }
}

/// What a column holds, and so which JSON it takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Integer,
    Real,
    Text,
    Blob,
    Any,
    /// TEXT that a CHECK promises to be JSON.
    Json,
}

/// A column that the API knows.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub identifier: Identifier,
    pub kind: ColumnKind,
    /// Hidden columns (`_...`) are never given out, filtered on or ordered by.
    pub is_hidden: bool,
    /// False for a generated column.
    pub is_writable: bool,
}

/// A table that an API serves, without the columns that the API excludes.
#[derive(Debug)]
pub struct Table {
    pub identifier: Identifier,
    pub columns: Vec<Column>,
    /// Which column is the key.
    pub key: usize,
    pub key_kind: KeyKind,
    positions: HashMap<String, usize>,
}

/// The results of the queries that describe a table; what each asks for is beside its text in the catalog.
pub struct Description<'a> {
    /// Name, type ('table', 'view', ...), STRICT or not, and text of the table; no row if there is none.
    pub table: &'a Rows,
    /// Name, type, NOT NULL, has a default, position in the key, hidden kind of every column.
    pub columns: &'a Rows,
    /// For every foreign key of one column: the column, the column that it references, the text of that table.
    pub references: &'a Rows,
}

impl Table {
    /// Reads the description, and refuses a table that cannot be an API.
    pub fn read(description: &Description<'_>, excluded: &[&str]) -> Result<Self, Refusal> {
        let Some(table) = description.table.first() else {
            return misconfigured("its table does not exist");
        };
        if table.get::<&str>(1)? != "table" {
            return Err(Refusal::Unsupported(
                "APIs over views and virtual tables are not supported yet",
            ));
        }
        if !table.get::<bool>(2)? {
            return misconfigured("its table is not STRICT");
        }
        let checks = checks::find(table.get(3)?);
        let (columns, key) = read_columns(description.columns, &checks, excluded)?;
        let key_kind = key_kind(&columns[key], &checks, description.references)?;
        let positions = (columns.iter().enumerate())
            .map(|(position, column)| (column.name.clone(), position))
            .collect();
        Ok(Self {
            identifier: Identifier::from_schema(table.get(0)?),
            columns,
            key,
            key_kind,
            positions,
        })
    }

    /// The key column.
    pub fn key_column(&self) -> &Column {
        &self.columns[self.key]
    }

    /// Where the column of this name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The column of this name, if clients may see it.
    pub fn visible(&self, name: &str) -> Option<&Column> {
        let column = &self.columns[self.position(name)?];
        (!column.is_hidden).then_some(column)
    }
}

fn misconfigured<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::Misconfigured(why.into()))
}

/// The columns that are not excluded, and which of them is the key.
fn read_columns(rows: &Rows, checks: &[Check], excluded: &[&str]) -> Result<(Vec<Column>, usize), Refusal> {
    let mut columns = Vec::new();
    let mut keys = Vec::new();
    let mut unknown: Vec<&str> = excluded.to_vec();
    for row in rows.iter() {
        let name: &str = row.get(0)?;
        let is_key = row.get::<i64>(4)? > 0;
        if excluded.contains(&name) {
            unknown.retain(|other| *other != name);
            check_exclusion(&row, name, is_key)?;
            continue;
        }
        if is_key {
            keys.push(columns.len());
        }
        columns.push(read_column(&row, checks)?);
    }
    if let Some(name) = unknown.first() {
        return misconfigured(&format!("it excludes {name}, which is no column of its table"));
    }
    match keys[..] {
        [key] => Ok((columns, key)),
        _ => misconfigured("the primary key of its table is not exactly one column"),
    }
}

/// Reads one column, of a row that begins as those of [`Description::columns`] do.
pub fn read_column(row: &Row<'_>, checks: &[Check]) -> Result<Column, Refusal> {
    let name: &str = row.get(0)?;
    Ok(Column {
        name: name.into(),
        identifier: Identifier::from_schema(name),
        kind: column_kind(name, row.get(1)?, checks)?,
        is_hidden: name.starts_with('_'),
        is_writable: row.get::<i64>(5)? == 0,
    })
}

/// An excluded column is one that a create can leave out.
fn check_exclusion(row: &Row<'_>, name: &str, is_key: bool) -> Result<(), Refusal> {
    let (is_not_null, has_default): (bool, bool) = (row.get(2)?, row.get(3)?);
    if is_key {
        return misconfigured("it excludes the key");
    }
    if is_not_null && !has_default {
        return misconfigured(&format!("it excludes {name}, which is NOT NULL and has no default"));
    }
    Ok(())
}

fn column_kind(name: &str, declared: &str, checks: &[Check]) -> Result<ColumnKind, Refusal> {
    for check in checks.iter().filter(|check| check.column.eq_ignore_ascii_case(name)) {
        match (check.function.as_str(), check.text.as_deref()) {
            ("st_isvalid", _) => return Err(Refusal::Unsupported("geometry columns are not supported yet")),
            ("jsonschema", Some("std.FileUpload" | "std.FileUploads")) => {
                return Err(Refusal::Unsupported("file columns are not supported yet"));
            }
            ("jsonschema" | "jsonschema_matches", Some(_)) => return Ok(ColumnKind::Json),
            _ => {}
        }
    }
    match declared.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT" => Ok(ColumnKind::Integer),
        "REAL" => Ok(ColumnKind::Real),
        "TEXT" => Ok(ColumnKind::Text),
        "BLOB" => Ok(ColumnKind::Blob),
        "ANY" => Ok(ColumnKind::Any),
        other => misconfigured(&format!("{name} is of the type {other}, which no STRICT table has")),
    }
}

fn key_kind(key: &Column, checks: &[Check], references: &Rows) -> Result<KeyKind, Refusal> {
    if key.kind == ColumnKind::Integer {
        return Ok(KeyKind::Integer);
    }
    if key.kind == ColumnKind::Blob {
        if holds_uuids(&key.name, checks) {
            return Ok(KeyKind::Uuid);
        }
        for reference in references.iter() {
            let (column, referenced, sql): (&str, &str, &str) =
                (reference.get(0)?, reference.get(1)?, reference.get(2)?);
            if column.eq_ignore_ascii_case(&key.name) && holds_uuids(referenced, &checks::find(sql)) {
                return Ok(KeyKind::Uuid);
            }
        }
    }
    misconfigured("its key is neither INTEGER nor BLOB with CHECK (is_uuid(...)), is_uuid_v4 or is_uuid_v7")
}

fn holds_uuids(column: &str, checks: &[Check]) -> bool {
    checks.iter().any(|check| {
        check.is_whole
            && check.text.is_none()
            && check.column.eq_ignore_ascii_case(column)
            && matches!(check.function.as_str(), "is_uuid" | "is_uuid_v4" | "is_uuid_v7")
    })
}

#[cfg(test)]
mod tests;
