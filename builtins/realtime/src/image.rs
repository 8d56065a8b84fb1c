//! A row as it was before or after a change.

use guesthouse::changes::{Change, Operation, Table};
use guesthouse::sqlite::Value;
use record_api::api::Api;
use record_api::id::Key;
use record_api::schema::Column;

/// An image of a row, whose columns are found by name.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    columns: &'a [String],
    values: &'a [Value],
}

/// The image lacks a column that the API has: the table was changed after it was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a change was made before the table had the column {0}")]
pub struct Outdated(pub String);

impl<'a> Image<'a> {
    /// An image of these values.
    pub fn new(columns: &'a [String], values: &'a [Value]) -> Self {
        Self { columns, values }
    }

    /// The row that a change is judged and told by: the old one where it was deleted, else the new one.
    pub fn of(table: &'a Table, change: &'a Change) -> Self {
        let values = match change.operation {
            Operation::Delete => &change.before,
            Operation::Insert | Operation::Update => &change.after,
        };
        Self::new(&table.columns, values)
    }

    /// The value of a column.
    pub fn get(&self, column: &Column) -> Result<&'a Value, Outdated> {
        let position = self.columns.iter().position(|name| *name == column.name);
        position
            .and_then(|position| self.values.get(position))
            .ok_or_else(|| Outdated(column.name.clone()))
    }

    /// The values of several columns.
    pub fn all<'c>(&self, columns: impl Iterator<Item = &'c Column>) -> Result<Vec<&'a Value>, Outdated> {
        columns.map(|column| self.get(column)).collect()
    }
}

/// The ids of the record that a change is about: two where it was given another key.
pub fn ids(api: &Api, table: &Table, change: &Change) -> Vec<String> {
    let id = |values: &[Value]| {
        let value = Image::new(&table.columns, values).get(api.table.key_column()).ok()?;
        Some(Key::from_value(api.table.key_kind, value)?.to_text())
    };
    let mut ids: Vec<String> = [&change.before, &change.after]
        .into_iter()
        .filter_map(|values| id(values))
        .collect();
    ids.dedup();
    ids
}
