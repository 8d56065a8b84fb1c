//! SQL databases that the component's grants name. Limits and errors: `wit/sqlite.wit`.

mod error;
mod rows;
mod value;

use crate::bindings::guesthouse::host::sqlite as host;

pub use error::Error;
pub use host::{ColumnDescription, ColumnOrigin, Constraint, ConstraintKind, Error as HostError, Step, Value};
pub use rows::{Row, Rows};
pub use value::{FromValue, blob};

/// A list of parameters from Rust values: `params![1, "text", None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::sqlite::Value::from($value)),*] };
}
pub use crate::params;

/// A database.
pub struct Database(host::Database);

/// A transaction under a lease. Dropping it rolls it back.
pub struct Transaction(host::Transaction);

/// One statement of a batch.
pub fn step(sql: &str, parameters: Vec<Value>) -> Step {
    Step {
        statement: statement(sql, parameters),
        must_affect: false,
    }
}

/// One statement of a batch that fails, and the batch with it, unless it changes or returns a row.
pub fn step_that_must_affect(sql: &str, parameters: Vec<Value>) -> Step {
    Step {
        statement: statement(sql, parameters),
        must_affect: true,
    }
}

fn statement(sql: &str, parameters: Vec<Value>) -> host::Statement {
    host::Statement {
        sql: sql.into(),
        parameters,
    }
}

impl Database {
    /// Opens a database by name.
    pub fn open(name: &str) -> Result<Self, Error> {
        Ok(Self(host::Database::open(name)?))
    }

    /// Runs one statement that reads.
    pub async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        Ok(self.0.query(statement(sql, parameters)).await?.into())
    }

    /// Runs several statements that read, all on one snapshot.
    pub async fn query_all(&self, statements: Vec<(String, Vec<Value>)>) -> Result<Vec<Rows>, Error> {
        let statements = statements
            .into_iter()
            .map(|(sql, parameters)| host::Statement { sql, parameters })
            .collect();
        Ok(self
            .0
            .query_all(statements)
            .await?
            .into_iter()
            .map(Rows::from)
            .collect())
    }

    /// Runs one statement that may write; returns when it is committed.
    pub async fn execute(&self, sql: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        Ok(self.0.execute(statement(sql, parameters)).await?.into())
    }

    /// Runs all steps in one transaction, or none; returns when it is committed.
    pub async fn batch(&self, steps: Vec<Step>) -> Result<Vec<Rows>, Error> {
        Ok(self.0.batch(steps).await?.into_iter().map(Rows::from).collect())
    }

    /// Says which columns the result of a statement that reads has, without running it.
    pub async fn describe(&self, sql: &str) -> Result<Vec<ColumnDescription>, Error> {
        Ok(self.0.describe(sql.into()).await?)
    }

    /// Begins a transaction, which holds the database's only writer until it ends or its lease does.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        Ok(Transaction(self.0.begin().await?))
    }

    /// A number that is another one after any change to the schema or to a row of these tables.
    pub fn stamp(&self, tables: &[&str]) -> Result<u64, Error> {
        let tables: Vec<String> = tables.iter().map(|table| (*table).into()).collect();
        Ok(self.0.stamp(&tables)?)
    }

    /// The database as the contract has it, for what this type does not offer: streamed rows.
    pub fn as_host(&self) -> &host::Database {
        &self.0
    }
}

impl Transaction {
    /// Runs one statement inside the transaction.
    pub async fn execute(&self, sql: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        Ok(self.0.execute(statement(sql, parameters)).await?.into())
    }

    /// Commits.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(host::Transaction::commit(self.0).await?)
    }

    /// Rolls back.
    pub async fn rollback(self) -> Result<(), Error> {
        Ok(host::Transaction::rollback(self.0).await?)
    }
}
