//! What one component may do in one database.
//!
//! Grants are lists of names: `table`, `table.column`, `*` (every table whose name begins neither with `_` nor
//! `sqlite_`), and `sqlite_schema` for reading. Names compare as SQLite compares them, without regard to ASCII case.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::audit::{Footprint, Ledger};

/// The table in which the host notes which migrations were applied. No grant makes it writable.
pub const MIGRATION_TABLE: &str = "_migration";

/// Virtual tables that exist without being created and look into files or other tables: `*` leaves them out.
const EPONYMOUS: [&str; 4] = ["dbstat", "sqlite_stmt", "vector_top_k", "bytecode"];

/// The grants of one deployed version, or everything for the host.
#[derive(Debug)]
pub struct Role {
    identity: u64,
    everything: bool,
    read: Grants,
    write: Grants,
    schema: Grants,
    /// Where what statements touch is counted.
    ledger: Option<Arc<Ledger>>,
}

#[derive(Debug, Default)]
struct Grants {
    all_ordinary: bool,
    tables: HashMap<String, Columns>,
}

#[derive(Debug)]
enum Columns {
    All,
    Some(HashSet<String>),
}

/// How much of a table a grant covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    None,
    /// Some columns, not this one.
    OtherColumns,
    /// The column that was asked for, not the whole table.
    Column,
    Table,
}

impl Role {
    pub fn new(read: &[String], write: &[String], schema: &[String]) -> Self {
        let mut role = Self {
            identity: next_identity(),
            everything: false,
            read: Grants::parse(read),
            write: Grants::parse(write),
            schema: Grants::parse(schema),
            ledger: None,
        };
        role.write.tables.remove(MIGRATION_TABLE);
        role.schema.tables.remove(MIGRATION_TABLE);
        role
    }

    /// Everything: for the host's own database and for the migrations of whoever owns the data directory.
    pub fn host() -> Self {
        Self {
            identity: next_identity(),
            everything: true,
            read: Grants::default(),
            write: Grants::default(),
            schema: Grants::default(),
            ledger: None,
        }
    }

    /// The same, for work that is counted.
    pub fn counted(self, ledger: Arc<Ledger>) -> Self {
        Self {
            ledger: Some(ledger),
            ..self
        }
    }

    /// What a statement touches, to be counted whenever it runs.
    pub fn footprint(&self, resources: &[String]) -> Footprint {
        match &self.ledger {
            Some(ledger) => ledger.footprint(resources),
            None => Footprint::default(),
        }
    }

    /// A process-wide number of its own, which keys the statement caches.
    pub fn identity(&self) -> u64 {
        self.identity
    }

    pub fn is_host(&self) -> bool {
        self.everything
    }

    pub fn read(&self, table: &str, column: &str) -> Cover {
        self.cover(&self.read, table, column)
    }

    pub fn write(&self, table: &str, column: &str) -> Cover {
        self.cover(&self.write, table, column)
    }

    pub fn schema(&self, table: &str) -> bool {
        self.cover(&self.schema, table, "") == Cover::Table
    }

    /// True if any grant names the table or a column of it.
    pub fn knows(&self, table: &str) -> bool {
        self.read(table, "") != Cover::None || self.write(table, "") != Cover::None || self.schema(table)
    }

    fn cover(&self, grants: &Grants, table: &str, column: &str) -> Cover {
        if self.everything {
            Cover::Table
        } else {
            grants.cover(table, column)
        }
    }
}

impl Grants {
    fn parse(names: &[String]) -> Self {
        let mut grants = Self::default();
        for name in names {
            let name = name.to_ascii_lowercase();
            if name == "*" {
                grants.all_ordinary = true;
            } else if let Some((table, column)) = name.split_once('.') {
                let columns = grants
                    .tables
                    .entry(table.into())
                    .or_insert_with(|| Columns::Some(HashSet::new()));
                if let Columns::Some(columns) = columns {
                    columns.insert(column.into());
                }
            } else {
                grants.tables.insert(name, Columns::All);
            }
        }
        grants
    }

    fn cover(&self, table: &str, column: &str) -> Cover {
        let table = lowercase(table);
        if self.all_ordinary && is_ordinary(&table) {
            return Cover::Table;
        }
        match self.tables.get(table.as_ref()) {
            None => Cover::None,
            Some(Columns::All) => Cover::Table,
            Some(Columns::Some(columns)) if columns.contains(lowercase(column).as_ref()) => Cover::Column,
            Some(Columns::Some(_)) => Cover::OtherColumns,
        }
    }
}

/// The name in lower case, borrowed where it is that already.
pub fn lowercase(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn is_ordinary(table: &str) -> bool {
    !table.starts_with('_')
        && !table.starts_with("sqlite_")
        && !table.starts_with("pragma_")
        && !EPONYMOUS.contains(&table)
}

fn next_identity() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
