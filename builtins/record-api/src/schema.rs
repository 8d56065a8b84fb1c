//! The table or view behind an API, as the database's schema describes it.

mod base_table;
mod view;
pub mod view_text;

use std::collections::HashMap;

use guesthouse::sqlite::{Error as DatabaseError, Rows};

use crate::id::KeyKind;
use crate::sql::Identifier;
use base_table::BaseTable;
pub use base_table::read_column;
pub use view::ViewDescription;

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
    /// Anything; each value is what it is stored as.
    Any,
    /// TEXT that a CHECK promises to be JSON.
    Json,
    /// The metadata of an uploaded file, as JSON.
    File,
    /// The metadata of a list of uploaded files, as JSON.
    Files,
}

impl ColumnKind {
    /// Whether it holds files, which only what keeps the files may write.
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Files)
    }
}

/// The schema that a CHECK holds a JSON column to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonSchema {
    /// `jsonschema('name', column)`.
    Named(String),
    /// `jsonschema_matches('{...}', column)`: the text of the schema.
    Inline(String),
}

/// The column of another table that a foreign key points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub table: String,
    pub column: String,
}

/// A column that the API knows.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub identifier: Identifier,
    pub kind: ColumnKind,
    /// Of a column of the kinds that are JSON.
    pub json_schema: Option<JsonSchema>,
    /// Hidden columns (`_...`) are never given out, filtered on or ordered by.
    pub is_hidden: bool,
    /// False for a generated column, and in a view.
    pub is_writable: bool,
    /// Whether it is computed whenever it is read, and so is in no image of a row.
    pub is_virtual: bool,
    /// Whether it never is NULL.
    pub is_not_null: bool,
    /// Whether a create may leave it out though it never is NULL.
    pub has_default: bool,
    /// Where its foreign key points, if it is one of a single column.
    pub reference: Option<Reference>,
}

/// A table or view that an API serves, without the columns that the API excludes.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub identifier: Identifier,
    /// A view is read and never written.
    pub is_view: bool,
    pub columns: Vec<Column>,
    /// The columns that the API excludes. Only rules may name them.
    pub excluded: Vec<Column>,
    /// Which column is the key.
    pub key: usize,
    pub key_kind: KeyKind,
    positions: HashMap<String, usize>,
}

/// The results of the queries that describe a table; what each asks for is beside its text in the catalog.
#[derive(Clone, Copy)]
pub struct Description<'a> {
    /// Name, type ('table', 'view', ...), STRICT or not, and text of the table; no row if there is none.
    pub table: &'a Rows,
    /// Name, type, NOT NULL, has a default, position in the key, hidden kind of every column.
    pub columns: &'a Rows,
    /// For every foreign key of one column: the column, the column that it references, and the text and name of that table.
    pub references: &'a Rows,
    /// What is known beyond that of a view.
    pub view: Option<&'a ViewDescription>,
}

impl Table {
    /// Reads the description, and refuses what cannot be an API.
    pub fn read(description: &Description<'_>, excluded: &[&str]) -> Result<Self, Refusal> {
        let Some(row) = description.table.first() else {
            return misconfigured("its table does not exist");
        };
        let name = row.get(0)?;
        match (row.get(1)?, description.view) {
            ("table", _) if !row.get::<bool>(2)? => misconfigured("its table is not STRICT"),
            ("table", _) => {
                let BaseTable { columns, key, .. } = BaseTable::read(description)?;
                Self::new(name, false, columns, key?, excluded)
            }
            ("view", Some(view)) => {
                let (columns, key) = view.columns(description.columns)?;
                Self::new(name, true, columns, key, excluded)
            }
            _ => misconfigured("what it names is neither a table nor a view"),
        }
    }

    fn new(
        name: &str,
        is_view: bool,
        mut columns: Vec<Column>,
        (key, key_kind): (usize, KeyKind),
        excluded: &[&str],
    ) -> Result<Self, Refusal> {
        let key_name = columns[key].name.clone();
        let mut left_out = Vec::new();
        for name in excluded {
            let Some(position) = columns.iter().position(|column| column.name == *name) else {
                return misconfigured(&format!("it excludes {name}, which is no column of its table"));
            };
            let column = columns.remove(position);
            check_exclusion(&column, &key_name)?;
            left_out.push(column);
        }
        let positions: HashMap<String, usize> = (columns.iter().enumerate())
            .map(|(position, column)| (column.name.clone(), position))
            .collect();
        Ok(Self {
            name: name.into(),
            identifier: Identifier::from_schema(name),
            is_view,
            columns,
            excluded: left_out,
            key: positions[&key_name],
            key_kind,
            positions,
        })
    }

    /// The key column.
    pub fn key_column(&self) -> &Column {
        &self.columns[self.key]
    }

    /// The columns that clients may see of an image of a row, as a change has it.
    pub fn imaged(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| !column.is_hidden && !column.is_virtual)
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

/// An excluded column is one that a create can leave out.
fn check_exclusion(column: &Column, key_name: &str) -> Result<(), Refusal> {
    if column.name == key_name {
        return misconfigured("it excludes the key");
    }
    if column.is_writable && column.is_not_null && !column.has_default {
        let name = &column.name;
        return misconfigured(&format!("it excludes {name}, which is NOT NULL and has no default"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
