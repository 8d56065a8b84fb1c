//! The columns of a view, each as the column of the table that it comes from.

use guesthouse::sqlite::{ColumnDescription, ColumnOrigin, Rows};

use super::base_table::BaseTable;
use super::{Column, ColumnKind, Description, Refusal, misconfigured};
use crate::id::KeyKind;
use crate::sql::Identifier;

/// What is known of a view beyond what is known of any table.
pub struct ViewDescription {
    /// The columns of a result that shows all of the view.
    pub shown: Vec<ColumnDescription>,
    /// Columns that are the greatest or least of a table's column, by position.
    pub extremes: Vec<(usize, ColumnOrigin)>,
    /// The results that describe each table that one of these comes from: as in `Description`.
    pub tables: Vec<[Rows; 3]>,
    /// Whether a join may put NULL in the place of any column.
    pub has_outer_join: bool,
}

/// Where a column of a view comes from.
struct Origin<'a> {
    table: &'a BaseTable,
    column: usize,
}

impl ViewDescription {
    /// The columns, whose names and types are the rows of `named`, and the key: the first column that is the key of
    /// its table.
    pub(super) fn columns(&self, named: &Rows) -> Result<(Vec<Column>, (usize, KeyKind)), Refusal> {
        if named.len() != self.shown.len() {
            return misconfigured("its view changed while it was read");
        }
        let tables = self.base_tables()?;
        let mut columns = Vec::new();
        let mut key = None;
        for (position, row) in named.iter().enumerate() {
            let origin = self.origin(position, &tables);
            let mut column = view_column(row.get(0)?, row.get(1)?, origin.as_ref());
            column.is_not_null &= !self.has_outer_join;
            columns.push(column);
            if key.is_none() {
                key = origin.and_then(Origin::key_kind).map(|kind| (position, kind));
            }
        }
        match key {
            Some(key) => Ok((columns, key)),
            None => misconfigured(
                "its view shows no key: one column must be the key of a STRICT table that could be an API, or its max() or min()",
            ),
        }
    }

    fn base_tables(&self) -> Result<Vec<BaseTable>, Refusal> {
        let tables = self.tables.iter().filter(|[table, ..]| !table.is_empty());
        tables
            .map(|[table, columns, references]| {
                BaseTable::read(&Description {
                    table,
                    columns,
                    references,
                    view: None,
                })
            })
            .collect()
    }

    fn origin<'a>(&self, position: usize, tables: &'a [BaseTable]) -> Option<Origin<'a>> {
        let extreme = self.extremes.iter().find(|(extreme, _)| *extreme == position);
        let origin = self.shown[position]
            .origin
            .as_ref()
            .or(extreme.map(|(_, origin)| origin))?;
        let table = (tables.iter()).find(|table| table.name.eq_ignore_ascii_case(&origin.table))?;
        let column = (table.columns.iter()).position(|column| column.name.eq_ignore_ascii_case(&origin.column))?;
        Some(Origin { table, column })
    }
}

impl Origin<'_> {
    /// The kind of the key that this is, if it is one.
    fn key_kind(self) -> Option<KeyKind> {
        match self.table.key {
            Ok((key, kind)) if key == self.column => Some(kind),
            _ => None,
        }
    }
}

fn view_column(name: &str, declared: &str, origin: Option<&Origin<'_>>) -> Column {
    let origin = origin.map(|origin| &origin.table.columns[origin.column]);
    Column {
        name: name.into(),
        identifier: Identifier::from_schema(name),
        kind: origin.map_or_else(|| kind_of_expression(declared), |column| column.kind),
        json_schema: origin.and_then(|column| column.json_schema.clone()),
        is_hidden: name.starts_with('_'),
        is_writable: false,
        is_virtual: true,
        is_not_null: origin.is_some_and(|column| column.is_not_null),
        has_default: false,
        reference: origin.and_then(|column| column.reference.clone()),
    }
}

/// SQLite gives a column of a view the type of its CAST. What is no CAST has none, and is what it is from row to row.
fn kind_of_expression(declared: &str) -> ColumnKind {
    match declared.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT" => ColumnKind::Integer,
        "REAL" => ColumnKind::Real,
        "TEXT" => ColumnKind::Text,
        "BLOB" => ColumnKind::Blob,
        _ => ColumnKind::Any,
    }
}
