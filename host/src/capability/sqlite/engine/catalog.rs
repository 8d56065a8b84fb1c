//! What the authorizer has to know of a schema: which tables exist, and of which kind they are.

use std::collections::{HashMap, HashSet};

use super::error::Error;

/// The objects of one database that can stand in FROM, by name in lower case.
#[derive(Debug, Default)]
pub struct Catalog {
    kinds: HashMap<String, Kind>,
}

#[derive(Debug)]
enum Kind {
    Table,
    View,
    Virtual,
    /// A table in which a virtual one keeps its data; the name is the virtual one's.
    Shadow(String),
}

impl Catalog {
    pub fn load(connection: &rusqlite::Connection) -> Result<Self, Error> {
        let rows = list(connection).map_err(|error| Error::from_wrapper(&error))?;
        let virtual_tables: Vec<String> = rows
            .iter()
            .filter(|(_, kind)| kind == "virtual")
            .map(|(name, _)| name.clone())
            .collect();
        let kinds = rows
            .into_iter()
            .map(|(name, kind)| {
                let kind = match kind.as_str() {
                    "view" => Kind::View,
                    "virtual" => Kind::Virtual,
                    "shadow" => owner(&name, &virtual_tables).map_or(Kind::Table, Kind::Shadow),
                    _ => Kind::Table,
                };
                (name, kind)
            })
            .collect();
        Ok(Self { kinds })
    }

    pub fn contains(&self, table: &str) -> bool {
        self.kinds.contains_key(table)
    }

    /// The virtual table that keeps its data in `table`.
    pub fn owner(&self, table: &str) -> Option<&str> {
        match self.kinds.get(table) {
            Some(Kind::Shadow(owner)) => Some(owner),
            _ => None,
        }
    }

    /// The tables whose every change is seen under their own name: neither views nor virtual tables.
    pub fn plain_tables(&self) -> HashSet<String> {
        self.kinds
            .iter()
            .filter(|(_, kind)| matches!(kind, Kind::Table))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What can be read like a table and has no rows of its own that anybody changes.
    pub fn without_rows(&self) -> HashSet<String> {
        self.kinds
            .iter()
            .filter(|(_, kind)| !matches!(kind, Kind::Table))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

fn list(connection: &rusqlite::Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT lower(name), type FROM pragma_table_list WHERE schema = 'main'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn owner(shadow: &str, virtual_tables: &[String]) -> Option<String> {
    virtual_tables
        .iter()
        .filter(|name| {
            shadow
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with('_'))
        })
        .max_by_key(|name| name.len())
        .cloned()
}
