//! Why deleting a parent row does not need a grant on its children.
//!
//! Whoever declares `REFERENCES parent ON DELETE CASCADE` on a table agrees that deleting a parent row acts on it.
//! SQLite reports what a foreign key does just as it reports what the statement itself does. So a statement that is
//! refused compiles a second time on a connection that does not enforce foreign keys: if it is granted there, all that
//! is missing is theirs, and it compiles a third time with leave to act on the child tables of what it writes.
//!
//! The other direction needs a grant: inserting a child row reads the key of its parent, or a table of one's own with
//! foreign keys to somebody else's would tell which of their values exist.

use super::{authorizer::Report, error::Error};

/// The foreign keys of a database, names in lower case.
#[derive(Debug, Default)]
pub struct ForeignKeys {
    keys: Vec<ForeignKey>,
}

#[derive(Debug)]
struct ForeignKey {
    child: String,
    column: String,
    parent: String,
}

const LIST: &str = "SELECT lower(child.name), lower(key.\"from\"), lower(key.\"table\")
    FROM pragma_table_list AS child, pragma_foreign_key_list(child.name) AS key WHERE child.schema = 'main'";

impl ForeignKeys {
    pub fn load(connection: &rusqlite::Connection) -> Result<Self, Error> {
        let mut statement = connection.prepare(LIST).map_err(|error| Error::from_wrapper(&error))?;
        let rows = statement.query_map([], |row| {
            Ok(ForeignKey {
                child: row.get(0)?,
                column: row.get(1)?,
                parent: row.get(2)?,
            })
        });
        let keys = rows
            .and_then(Iterator::collect)
            .map_err(|error| Error::from_wrapper(&error))?;
        Ok(Self { keys })
    }

    /// A foreign key may update or delete the rows of a child of a table that the statement writes.
    pub fn may_write(&self, table: &str, written: &[String]) -> bool {
        self.keys
            .iter()
            .any(|key| key.child == table && written.contains(&key.parent))
    }

    /// It reads the keys on both sides.
    pub fn may_read(&self, table: &str, column: &str, written: &[String]) -> bool {
        let is_written = written.iter().any(|name| name == table);
        let column_matches = |key: &&ForeignKey| key.child == table && key.column.eq_ignore_ascii_case(column);
        is_written
            || self
                .keys
                .iter()
                .filter(column_matches)
                .any(|key| written.contains(&key.parent))
    }
}

/// True if a refused statement may have been refused for its foreign keys alone.
pub fn may_be_cause(report: &Report) -> bool {
    !report.writes.is_empty()
}
