//! Reading a log as a role may: waiting for changes, and leaving out columns that it may not read.

use std::{collections::HashSet, sync::Arc};

use super::{
    super::{
        role::{Cover, Role, lowercase},
        value::Value,
    },
    Change, ChangesError, Log, Operation, Position, Shape,
};

/// The log of a database, as far as it concerns some tables.
pub struct Changes {
    log: Arc<Log>,
    role: Arc<Role>,
    /// In lower case.
    tables: HashSet<String>,
}

/// Changes that follow one another.
#[derive(Debug)]
pub struct Batch {
    pub tables: Vec<BatchTable>,
    pub changes: Vec<BatchChange>,
    /// Where to go on reading.
    pub next: Position,
}

/// A table as it was when changes were made.
#[derive(Debug, PartialEq, Eq)]
pub struct BatchTable {
    pub name: String,
    /// Those that the role may read.
    pub columns: Vec<String>,
}

/// A change of one row.
#[derive(Debug)]
pub struct BatchChange {
    pub number: u64,
    pub transaction_end: u64,
    /// The index of its table in [`Batch::tables`].
    pub table: u32,
    pub operation: Operation,
    pub before: Vec<Value>,
    pub after: Vec<Value>,
}

/// Which columns of a table the role may read.
struct Readable {
    shape: Arc<Shape>,
    columns: Vec<usize>,
}

impl Changes {
    /// Opens the log. What no grant covers is refused, whether or not it exists.
    pub fn open(log: &Arc<Log>, role: &Arc<Role>, tables: &[String]) -> Result<Self, ChangesError> {
        if let Some(table) = tables.iter().find(|table| role.read(table, "") == Cover::None) {
            return Err(ChangesError::Denied(format!("table {table}")));
        }
        let tables: HashSet<String> = tables.iter().map(|table| lowercase(table).into_owned()).collect();
        tables.iter().try_for_each(|table| log.add_table(table))?;
        Ok(Self {
            log: log.clone(),
            role: role.clone(),
            tables,
        })
    }

    /// The position after the newest change.
    pub fn end(&self) -> Position {
        self.log.end()
    }

    /// The oldest position that can be read from.
    pub fn start(&self) -> Position {
        self.log.start(&self.tables)
    }

    /// The changes after `position`, waiting until there is one; with a limit of 0 those that are there now.
    pub async fn read(&self, mut position: Position, limit: u32) -> Result<Batch, ChangesError> {
        let mut news = self.log.watch();
        loop {
            news.borrow_and_update();
            let found = self.log.read(&self.tables, position, limit)?;
            position.number = found.next;
            if !found.changes.is_empty() || limit == 0 {
                return Ok(self.batch(found.changes, position));
            }
            if news.changed().await.is_err() {
                return Err(ChangesError::Other("the database is closed".into()));
            }
        }
    }

    fn batch(&self, changes: Vec<Change>, next: Position) -> Batch {
        let mut readable: Vec<Readable> = Vec::new();
        let changes = changes.into_iter().map(|change| {
            let is_same = |known: &Readable| Arc::ptr_eq(&known.shape, &change.table) || known.shape == change.table;
            let known = readable.iter().rposition(is_same);
            let table = known.unwrap_or_else(|| {
                readable.push(self.readable(&change.table));
                readable.len() - 1
            });
            let columns = &readable[table].columns;
            BatchChange {
                number: change.number,
                transaction_end: change.transaction_end,
                // There are at most as many as changes.
                table: u32::try_from(table).unwrap_or(u32::MAX),
                operation: change.operation,
                before: select(&change.images.before, columns),
                after: select(&change.images.after, columns),
            }
        });
        let changes = changes.collect();
        let tables = readable.iter().map(|table| BatchTable {
            name: table.shape.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|&at| table.shape.columns[at].name.clone())
                .collect(),
        });
        Batch {
            tables: tables.collect(),
            changes,
            next,
        }
    }

    fn readable(&self, shape: &Arc<Shape>) -> Readable {
        let may_read = |column: &str| matches!(self.role.read(&shape.key, column), Cover::Table | Cover::Column);
        let columns = shape.columns.iter().enumerate();
        Readable {
            shape: shape.clone(),
            columns: columns
                .filter(|(_, column)| may_read(&column.name))
                .map(|(at, _)| at)
                .collect(),
        }
    }
}

/// The values of some columns; none of an image that is not there.
fn select(image: &[Value], columns: &[usize]) -> Vec<Value> {
    columns.iter().filter_map(|&at| image.get(at)).cloned().collect()
}
