//! What a statement gave, row by row.

use super::{Error, FromValue, Value};
use crate::bindings::guesthouse::host::sqlite::Outcome;

/// The result of a statement.
#[derive(Debug, Clone)]
pub struct Rows(Outcome);

/// One row of it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    values: &'a [Value],
}

impl From<Outcome> for Rows {
    fn from(outcome: Outcome) -> Self {
        Self(outcome)
    }
}

impl Rows {
    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.0.values.len().checked_div(self.0.columns.len()).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let columns = self.0.columns.as_slice();
        self.0
            .values
            .chunks_exact(columns.len().max(1))
            .map(move |values| Row { columns, values })
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// How many rows the statement changed.
    pub fn changes(&self) -> u64 {
        self.0.changes
    }

    /// The rowid of the row that it inserted last, or 0.
    pub fn last_insert_rowid(&self) -> i64 {
        self.0.last_insert_rowid
    }
}

impl<'a> Row<'a> {
    /// The value in column `index`, from 0, as a Rust type.
    pub fn get<T: FromValue<'a>>(&self, index: usize) -> Result<T, Error> {
        let value = self
            .values
            .get(index)
            .ok_or_else(|| Error::Type(format!("there is no column {index}")))?;
        T::from_value(value).ok_or_else(|| Error::Type(format!("column {index} is not of the type asked for")))
    }

    /// The value in the column named `name`.
    pub fn get_named<T: FromValue<'a>>(&self, name: &str) -> Result<T, Error> {
        let index = self.columns.iter().position(|column| column == name);
        self.get(index.ok_or_else(|| Error::Type(format!("there is no column {name}")))?)
    }

    /// All values in column order.
    pub fn values(&self) -> &'a [Value] {
        self.values
    }
}
