//! Writes of records: from a create, an update or a delete to statements, and from what those gave to what it means.
//!
//! Requests for one record and transactions of many go through here, so that an operation means the same in both.

use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, Rows, Step, Transaction, step_that_must_affect};
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::error::Error;
use record_api::id::Key;

use crate::decode::Assignments;
use crate::{insert, unchanged, update};

/// A record to be created, updated or deleted, which the access lists allow.
pub struct Write<'a> {
    api: &'a Api,
    operation: Operation,
    /// The record, where it is there already.
    key: Option<Key>,
    steps: Vec<Step>,
}

impl<'a> Write<'a> {
    /// Inserts a record.
    pub fn create(api: &'a Api, caller: &Caller, record: Assignments) -> Self {
        Self {
            api,
            operation: Operation::Create,
            key: None,
            steps: insert::steps(api, caller, record),
        }
    }

    /// Sets columns of a record.
    pub fn update(api: &'a Api, caller: &Caller, key: Key, changes: Assignments) -> Result<Self, Error> {
        let (sql, parameters) = update::statement(api, caller, key, changes)?.into_parts();
        Ok(Self {
            api,
            operation: Operation::Update,
            key: Some(key),
            steps: vec![step_that_must_affect(&sql, parameters)],
        })
    }

    /// Deletes a record.
    pub fn delete(api: &'a Api, caller: &Caller, key: Key) -> Self {
        let delete = &api.delete;
        Self {
            api,
            operation: Operation::Delete,
            key: Some(key),
            steps: vec![step_that_must_affect(delete.sql.text(), delete.parameters(key, caller))],
        }
    }

    /// Does this one in a transaction of its own.
    pub async fn alone(self, database: &Database) -> Result<Option<Key>, Error> {
        Ok(all(database, vec![self]).await?.pop().flatten())
    }

    /// The key of the record, from what the last step gave; nothing where a create was passed over.
    fn key(&self, last: &Rows) -> Result<Option<Key>, Error> {
        let (None, Some(row)) = (self.key, last.first()) else {
            return Ok(self.key);
        };
        let key = (row.values().first()).and_then(|value| Key::from_value(self.api.table.key_kind, value));
        match key {
            Some(key) => Ok(Some(key)),
            None => Err(Error::Internal("the key of a new record is not of its kind".into())),
        }
    }

    /// What it means that this one failed.
    async fn explain(&self, database: &Database, error: DatabaseError) -> Error {
        match (self.key, error) {
            (Some(key), DatabaseError::Host(HostError::Unmet(_))) => {
                unchanged::explain(database, self.api, self.operation, key).await
            }
            (_, error) => self.api.of_ruled(self.operation, error),
        }
    }

    /// Does it in a transaction, to see whether it fails.
    async fn attempt(&self, transaction: &Transaction) -> Result<(), Error> {
        for Step { statement, must_affect } in &self.steps {
            let rows = transaction.execute(&statement.sql, statement.parameters.clone()).await;
            let rows = rows.map_err(|error| self.api.of_ruled(self.operation, error))?;
            if *must_affect && affected_nothing(&rows) {
                return Err(match self.key {
                    Some(key) => unchanged::explain_in(transaction, self.api, self.operation, key).await,
                    None => Error::Forbidden,
                });
            }
        }
        Ok(())
    }
}

/// Does all of it in one transaction, or nothing. Gives the key of each record; nothing where a create was passed over.
pub async fn all(database: &Database, mut writes: Vec<Write<'_>>) -> Result<Vec<Option<Key>>, Error> {
    // Creates for one API all fail alike; of others the steps are kept, to find out which of them failed.
    let are_alike = (writes.windows(2)).all(|pair| {
        let is_create = |write: &Write<'_>| write.operation == Operation::Create;
        pair.iter().all(is_create) && std::ptr::eq(pair[0].api, pair[1].api)
    });
    let mut steps = Vec::with_capacity(writes.len());
    let mut lasts = Vec::with_capacity(writes.len());
    for write in &mut writes {
        match are_alike {
            true => steps.append(&mut write.steps),
            false => steps.extend_from_slice(&write.steps),
        }
        lasts.push(steps.len() - 1);
    }
    match run(database, steps).await {
        Ok(results) => {
            let of = |(write, last): (&Write<'_>, usize)| write.key(&results[last]);
            writes.iter().zip(lasts).map(of).collect()
        }
        Err(error) => Err(explain(database, &writes, are_alike, error).await),
    }
}

/// Runs the steps in one transaction. A single one goes the shorter way.
async fn run(database: &Database, mut steps: Vec<Step>) -> Result<Vec<Rows>, DatabaseError> {
    match (steps.pop(), steps.is_empty()) {
        (Some(Step { statement, must_affect }), true) => {
            let rows = database.execute(&statement.sql, statement.parameters).await?;
            match must_affect && affected_nothing(&rows) {
                true => Err(DatabaseError::Host(HostError::Unmet(0))),
                false => Ok(vec![rows]),
            }
        }
        (last, _) => {
            steps.extend(last);
            database.batch(steps).await
        }
    }
}

fn affected_nothing(rows: &Rows) -> bool {
    rows.changes() == 0 && rows.is_empty()
}

async fn explain(database: &Database, writes: &[Write<'_>], are_alike: bool, error: DatabaseError) -> Error {
    let depends_on_which = matches!(error, DatabaseError::Host(HostError::Sql(_) | HostError::Unmet(_)));
    match writes.first() {
        Some(first) if are_alike => first.explain(database, error).await,
        Some(_) if depends_on_which => find(database, writes).await,
        _ => Error::of_request(error),
    }
}

/// Which of the writes failed, and why: that only shows when they are done one after another. Nothing of it stays.
async fn find(database: &Database, writes: &[Write<'_>]) -> Error {
    let transaction = match database.begin().await {
        Ok(transaction) => transaction,
        Err(error) => return Error::of_server(error),
    };
    for write in writes {
        if let Err(error) = write.attempt(&transaction).await {
            return error;
        }
    }
    // What stood in the way has gone since.
    Error::Busy
}
