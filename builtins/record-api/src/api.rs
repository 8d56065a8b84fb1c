//! One API: what its row in `_record_api` says, the table behind it, and what is made from both once.

use guesthouse::sqlite::{Error as DatabaseError, HostError, Row, Rows, Value};

pub use crate::access::Operation;
use crate::access::{Access, Configured, words};
use crate::caller::Caller;
use crate::cursor::CursorKey;
use crate::encode::RecordWriter;
use crate::error::Error;
use crate::expansion::Expansion;
use crate::id::Key;
use crate::limits;
use crate::rule::Rule;
use crate::schema::{Column, Description, Refusal, Table};
use crate::sql::Sql;

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
pub const CONFIGURATION_COLUMNS: &str = "table_name, acl_world, create_access_rule, read_access_rule, update_access_rule, \
     delete_access_rule, schema_access_rule, conflict_resolution, excluded_columns, expand, listing_hard_limit, \
     acl_authenticated, autofill_missing_user_id_columns, enable_subscriptions";

/// A statement that is the same for every request but for the key, its first parameter, and the caller.
#[derive(Debug)]
pub struct Statement {
    pub sql: Sql,
    takes_caller: bool,
}

impl Statement {
    /// The values to bind.
    pub fn parameters(&self, key: Key, caller: &Caller) -> Vec<Value> {
        match self.takes_caller {
            true => vec![key.to_value(), caller.to_value()],
            false => vec![key.to_value()],
        }
    }
}

/// One API.
#[derive(Debug)]
pub struct Api {
    pub table: Table,
    pub conflict: Conflict,
    pub list_records_max: u64,
    pub cursors: CursorKey,
    pub writer: RecordWriter,
    /// Writes the values of the columns of [`Table::imaged`], with nothing expanded.
    pub image_writer: RecordWriter,
    /// What a request may expand.
    pub expansions: Vec<Expansion>,
    /// Selects the visible columns and then, at `key_index`, the key where it is none of them; ends before WHERE.
    pub select: Sql,
    pub key_index: usize,
    /// Selects one record, if the rule holds.
    pub read: Statement,
    /// Deletes one record, if the rule holds.
    pub delete: Statement,
    /// Who may do what.
    pub access: Access,
    /// The columns that a create sets to the caller where it does not name them.
    pub autofilled: Vec<usize>,
    /// Whether its changes can be listened to.
    pub has_subscriptions: bool,
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
        let configured = Configured {
            world: row.get(1)?,
            authenticated: row.get(11)?,
            rules: [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?],
            excluded: &excluded,
        };
        let access = Access::new(name, &table, &configured)?;
        let (select, key_index) = select(&table);
        Ok(Self {
            conflict: conflict(row.get(7)?)?,
            list_records_max: (row.get::<Option<i64>>(10)?)
                .map_or(limits::LIST_RECORDS_MAX, |limit| limit.unsigned_abs()),
            cursors: CursorKey::new(secret.get(0)?, name),
            writer: RecordWriter::new(visible(&table), &references),
            image_writer: RecordWriter::new(table.imaged(), &[]),
            expansions,
            read: with_key(select.clone(), &table, access.rule(Operation::Read)),
            delete: with_key(delete(&table), &table, access.rule(Operation::Delete)),
            select,
            key_index,
            access,
            autofilled: match row.get(12)? {
                true => user_columns(&table),
                false => Vec::new(),
            },
            has_subscriptions: row.get(13)?,
            table,
        })
    }

    /// How many values `select` gives.
    pub fn selected_count(&self) -> usize {
        visible(&self.table).count().max(self.key_index + 1)
    }

    /// Whether the access lists let the caller do this. What is let through still has to hold the rule.
    pub fn authorize(&self, operation: Operation, caller: &Caller) -> Result<(), Error> {
        self.access.authorize(operation, caller)?;
        // Where a create replaces a row, that row must fulfil the rule of an update: see `insert`.
        match (operation, self.conflict) {
            (Operation::Create, Conflict::Replace) => self.access.check_rule(Operation::Update),
            _ => Ok(()),
        }
    }

    /// What an error of the database means where the rule of this operation was part of the statement: one that does not
    /// hold denies, and so does one that cannot be evaluated.
    pub fn of_ruled(&self, operation: Operation, error: DatabaseError) -> Error {
        match error {
            DatabaseError::Host(HostError::Sql(why)) if self.access.rule(operation).is_some() => {
                self.access.denied_by_mistake(operation, &why)
            }
            DatabaseError::Host(HostError::Unmet(_)) => Error::Forbidden,
            error => Error::of_request(error),
        }
    }
}

fn conflict(text: Option<&str>) -> Result<Conflict, Refusal> {
    match text {
        None | Some("ABORT") => Ok(Conflict::Abort),
        Some("IGNORE") => Ok(Conflict::Ignore),
        Some("REPLACE") => Ok(Conflict::Replace),
        Some(other) => Err(Refusal::Misconfigured(format!("conflict_resolution is {other}"))),
    }
}

/// The columns that reference the id of a user.
fn user_columns(table: &Table) -> Vec<usize> {
    let is_user = |column: &Column| {
        let reference = column.reference.as_ref().filter(|_| column.is_writable);
        reference.is_some_and(|reference| {
            reference.table.eq_ignore_ascii_case("_user") && reference.column.eq_ignore_ascii_case("id")
        })
    };
    (0..table.columns.len())
        .filter(|position| is_user(&table.columns[*position]))
        .collect()
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
        .identifier(&table.identifier)
        .push(" AS _ROW_");
    (sql, key_index)
}

fn delete(table: &Table) -> Sql {
    let mut sql = Sql::new("DELETE FROM ");
    sql.identifier(&table.identifier).push(" AS _ROW_");
    sql
}

fn with_key(mut sql: Sql, table: &Table, rule: Option<&Rule>) -> Statement {
    sql.push(" WHERE ")
        .identifier(&table.key_column().identifier)
        .push(" = ")
        .parameter(1);
    if let Some(rule) = rule {
        sql.push(" AND ");
        rule.push_with(&mut sql, 2, None);
    }
    Statement {
        sql,
        takes_caller: rule.is_some_and(Rule::asks_for_caller),
    }
}

#[cfg(test)]
mod tests;
