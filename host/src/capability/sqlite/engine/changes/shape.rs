//! What a table looks like to the capture of its changes: its columns in order, or why its changes cannot be told.

use rusqlite::{Connection, OptionalExtension};

/// A table as of one statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its name in lower case.
    pub key: String,
    /// Its name as it was declared.
    pub name: String,
    /// The columns that have a value in a stored row, in the order of the table.
    pub columns: Vec<Column>,
    /// How many columns it has, with those that are computed when they are read.
    pub width: usize,
    /// Why its changes cannot be told.
    pub problem: Option<String>,
}

/// A column that is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    /// SQLite stores whole numbers as integers in it, to save room, though they are real ones.
    pub is_real: bool,
    /// What a row has in it that was written before the column was there may be something else than NULL.
    pub has_default: bool,
}

/// A column as the schema describes it.
struct Described {
    column: Column,
    is_virtual: bool,
    /// Its place in the primary key, from 1; 0 if it has none.
    key_place: usize,
}

/// Why a view or a virtual table has no changes.
pub const NO_ROWS: &str = "it is a view or belongs to a virtual table; its rows are those of others";

const TABLE: &str = "SELECT name, type, wr FROM pragma_table_list(?1) WHERE schema = 'main'";
const COLUMNS: &str =
    "SELECT name, type, dflt_value IS NOT NULL, hidden = 2, pk FROM pragma_table_xinfo(?1) ORDER BY cid";

impl Shape {
    /// Reads what the schema says of a table, which may not be there.
    pub fn load(connection: &Connection, key: &str) -> rusqlite::Result<Self> {
        let mut shape = Self {
            key: key.into(),
            name: key.into(),
            columns: Vec::new(),
            width: 0,
            problem: None,
        };
        let table = connection.prepare_cached(TABLE)?.query_row([key], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, bool>(2)?,
            ))
        });
        let Some((name, kind, has_no_rowid)) = table.optional()? else {
            return Ok(shape);
        };
        // The columns of a view that is broken are an error, which is none of the statement's that is about to run.
        let problem = if kind == "table" {
            let columns = described(connection, key)?;
            let problem = problem(&columns, has_no_rowid);
            shape.width = columns.len();
            let stored = columns.into_iter().filter(|described| !described.is_virtual);
            shape.columns = stored.map(|described| described.column).collect();
            problem
        } else {
            Some(NO_ROWS)
        };
        shape.problem = problem.map(|problem| explain(&name, problem));
        shape.name = name;
        Ok(shape)
    }
}

fn described(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Described>> {
    let mut columns = connection.prepare_cached(COLUMNS)?;
    let columns = columns.query_map([table], |row| {
        Ok(Described {
            column: Column {
                name: row.get(0)?,
                is_real: is_real(&row.get::<_, String>(1)?),
                has_default: row.get(2)?,
            },
            is_virtual: row.get(3)?,
            key_place: row.get(4)?,
        })
    })?;
    columns.collect()
}

/// The problem as readers are told it.
pub fn explain(table: &str, problem: &str) -> String {
    format!("the changes of {table} cannot be told: {problem}")
}

/// SQLite gives the hook wrong values where the order in which it stores columns is not that of the table.
fn problem(columns: &[Described], has_no_rowid: bool) -> Option<&'static str> {
    let first_virtual = columns.iter().position(|described| described.is_virtual);
    let last_stored = columns.iter().rposition(|described| !described.is_virtual);
    if first_virtual.is_some_and(|first| last_stored.is_some_and(|last| first < last)) {
        return Some("its VIRTUAL columns must come after all others");
    }
    if has_no_rowid && mistakes_numbers(columns) {
        return Some("the key of a table WITHOUT ROWID must come before its REAL columns");
    }
    None
}

/// Without a rowid the columns of the key are stored first. SQLite then takes a column for a real one if the column that the
/// table has in the place where it is stored is one.
fn mistakes_numbers(columns: &[Described]) -> bool {
    let mut stored: Vec<&Described> = columns.iter().filter(|described| !described.is_virtual).collect();
    stored.sort_by_key(|described| match described.key_place {
        0 => usize::MAX,
        place => place,
    });
    let pairs = stored.iter().zip(columns);
    pairs
        .into_iter()
        .any(|(stored, at_its_place)| at_its_place.column.is_real && !stored.column.is_real)
}

/// SQLite's rule for the affinity of a column, as far as it tells REAL from the others.
fn is_real(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
    has(&["REAL", "FLOA", "DOUB"]) && !has(&["INT", "CHAR", "CLOB", "TEXT", "BLOB"])
}
