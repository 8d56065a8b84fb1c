//! The values, statements and results that cross the engine's interface.

use std::sync::Arc;

use crate::audit::Footprint;

/// One SQLite value, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    /// What the value counts against the limits of results and parameters.
    pub fn size(&self) -> usize {
        const FIXED_BYTES: usize = 16;
        FIXED_BYTES
            + match self {
                Value::Text(text) => text.len(),
                Value::Blob(bytes) => bytes.len(),
                Value::Null | Value::Integer(_) | Value::Real(_) => 0,
            }
    }
}

/// One SQL statement and the values for `?1`, `?2`, ... in order.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: Arc<str>,
    pub parameters: Vec<Value>,
}

impl Statement {
    pub fn new(sql: impl Into<Arc<str>>, parameters: Vec<Value>) -> Self {
        Self {
            sql: sql.into(),
            parameters,
        }
    }
}

/// A statement of a batch.
#[derive(Clone, Debug)]
pub struct Step {
    pub statement: Statement,
    /// If true, the batch fails unless this statement changes or returns at least one row.
    pub must_affect: bool,
}

/// A column of a result, as far as it is known without running the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDescription {
    pub name: String,
    /// As it was written where the column was declared; none for expressions.
    pub declared_type: Option<String>,
    /// None for expressions.
    pub origin: Option<ColumnOrigin>,
}

/// The column of a table whose values a column of a result has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnOrigin {
    pub table: String,
    pub column: String,
}

/// What a statement gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Empty for a statement that returns no rows.
    pub columns: Arc<[String]>,
    /// Row after row: row `r`, column `c` is at `r * columns.len() + c`.
    pub values: Vec<Value>,
    /// Rows changed, not counting what triggers and foreign keys did.
    pub changes: u64,
    /// The rowid of the row inserted last by this statement; 0 where it inserted none.
    pub last_insert_rowid: i64,
    /// What the statement touched by the grants of its role.
    pub touched: Footprint,
}

impl Outcome {
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns.len()).unwrap_or(0)
    }
}
