//! One API: what its row in `_record_api` says, the table behind it, and what is made from both once.

use guesthouse::sqlite::{Row, Rows};

use crate::cursor::CursorKey;
use crate::encode::RecordWriter;
use crate::error::Error;
use crate::expansion::Expansion;
use crate::limits;
use crate::schema::{Column, Description, Refusal, Table};
use crate::sql::Sql;

/// What a caller wants to do; also the words of the access lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
    Schema,
}

const OPERATIONS: [(Operation, &str); 5] = [
    (Operation::Create, "CREATE"),
    (Operation::Read, "READ"),
    (Operation::Update, "UPDATE"),
    (Operation::Delete, "DELETE"),
    (Operation::Schema, "SCHEMA"),
];

/// What a create does where the key exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    Abort,
    Ignore,
    Replace,
}

/// The results of the queries that describe an API, in the order of the catalog.
pub struct Sources<'a> {
    pub configuration: Row<'a>,
    pub table: Description<'a>,
    pub referenced_columns: &'a Rows,
    pub cursor_secret: &'a Rows,
}

/// The columns of the configuration, in the order in which the catalog asks for them.
pub const CONFIGURATION_COLUMNS: &str = "table_name, acl_world, create_access_rule IS NOT NULL, read_access_rule IS NOT NULL, \
     update_access_rule IS NOT NULL, delete_access_rule IS NOT NULL, schema_access_rule IS NOT NULL, \
     conflict_resolution, excluded_columns, expand, listing_hard_limit";

/// One API.
#[derive(Debug)]
pub struct Api {
    pub table: Table,
    pub conflict: Conflict,
    pub list_records_max: u64,
    pub cursors: CursorKey,
    pub writer: RecordWriter,
    /// What a request may expand.
    pub expansions: Vec<Expansion>,
    /// Selects the visible columns and then, at `key_index`, the key where it is none of them; ends before WHERE.
    pub select: Sql,
    pub key_index: usize,
    /// Selects one record; the key is its parameter.
    pub read: Sql,
    /// Deletes one record; the key is its parameter.
    pub delete: String,
    /// What everybody may do.
    world: Vec<Operation>,
    /// What is bound to a rule.
    ruled: Vec<Operation>,
}

impl Api {
    /// Makes an API, or says why it cannot be served.
    pub fn new(name: &str, sources: &Sources<'_>) -> Result<Self, Refusal> {
        let row = &sources.configuration;
        let excluded: Vec<&str> = words(row.get(8)?).collect();
        let table = Table::read(&sources.table, &excluded)?;
        let expansions = Expansion::read_all(&table, words(row.get(9)?), sources.referenced_columns)?;
        let references: Vec<&str> = expansions.iter().map(|expansion| expansion.column.as_str()).collect();
        let Some(secret) = sources.cursor_secret.first() else {
            return Err(Refusal::Misconfigured("_record_cursor_key is empty".into()));
        };
        let (select, key_index) = select(&table);
        Ok(Self {
            conflict: conflict(row.get(7)?)?,
            list_records_max: (row.get::<Option<i64>>(10)?)
                .map_or(limits::LIST_RECORDS_MAX, |limit| limit.unsigned_abs()),
            cursors: CursorKey::new(secret.get(0)?, name),
            writer: RecordWriter::new(visible(&table), &references),
            expansions,
            read: with_key(select.clone(), &table),
            delete: with_key(delete(&table), &table).into_text(),
            select,
            key_index,
            world: access_list(row.get(1)?)?,
            ruled: ruled(row)?,
            table,
        })
    }

    /// How many values `select` gives.
    pub fn selected_count(&self) -> usize {
        visible(&self.table).count().max(self.key_index + 1)
    }

    /// Whether the caller may do this at all. Nobody is signed in yet: everybody has what the world has. Rules are not
    /// evaluated yet, so what has one is closed.
    pub fn authorize(&self, operation: Operation) -> Result<(), Error> {
        match self.world.contains(&operation) && !self.ruled.contains(&operation) {
            true => Ok(()),
            false => Err(Error::Forbidden),
        }
    }
}

/// The words of a comma list.
fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

fn access_list(list: Option<&str>) -> Result<Vec<Operation>, Refusal> {
    words(list)
        .map(|word| {
            let known = OPERATIONS.iter().find(|(_, name)| *name == word);
            known
                .map(|(operation, _)| *operation)
                .ok_or_else(|| Refusal::Misconfigured(format!("acl_world has the word {word}, which is no operation")))
        })
        .collect()
}

fn ruled(row: &Row<'_>) -> Result<Vec<Operation>, Refusal> {
    let mut ruled = Vec::new();
    for (index, (operation, _)) in OPERATIONS.iter().enumerate() {
        if row.get::<bool>(2 + index)? {
            ruled.push(*operation);
        }
    }
    Ok(ruled)
}

fn conflict(text: Option<&str>) -> Result<Conflict, Refusal> {
    match text {
        None | Some("ABORT") => Ok(Conflict::Abort),
        Some("IGNORE") => Ok(Conflict::Ignore),
        Some("REPLACE") => Ok(Conflict::Replace),
        Some(other) => Err(Refusal::Misconfigured(format!("conflict_resolution is {other}"))),
    }
}

fn visible(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| !column.is_hidden)
}

fn select(table: &Table) -> (Sql, usize) {
    let mut columns: Vec<&Column> = visible(table).collect();
    let key = table.key_column();
    let key_index = (columns.iter().position(|column| column.name == key.name)).unwrap_or_else(|| {
        columns.push(key);
        columns.len() - 1
    });
    let mut sql = Sql::new("SELECT ");
    sql.identifiers(columns.iter().map(|column| &column.identifier))
        .push(" FROM ")
        .identifier(&table.identifier);
    (sql, key_index)
}

fn delete(table: &Table) -> Sql {
    let mut sql = Sql::new("DELETE FROM ");
    sql.identifier(&table.identifier);
    sql
}

fn with_key(mut sql: Sql, table: &Table) -> Sql {
    sql.push(" WHERE ")
        .identifier(&table.key_column().identifier)
        .push(" = ")
        .parameter(1);
    sql
}

#[cfg(test)]
pub mod tests;
