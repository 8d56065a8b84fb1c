//! What it means that an update or a delete changed nothing.

use guesthouse::sqlite::{Database, Error as DatabaseError, Rows, Transaction};
use record_api::api::{Api, Operation};
use record_api::error::Error;
use record_api::id::Key;
use record_api::sql::Sql;

/// The record is not there, or the rule kept it from the caller. Only where there is a rule does this ask the database.
pub async fn explain(database: &Database, api: &Api, operation: Operation, key: Key) -> Error {
    if api.access.rule(operation).is_none() {
        return Error::NotFound;
    }
    let (sql, parameters) = exists(api, key).into_parts();
    meaning(database.query(&sql, parameters).await)
}

/// The same inside a transaction.
pub async fn explain_in(transaction: &Transaction, api: &Api, operation: Operation, key: Key) -> Error {
    if api.access.rule(operation).is_none() {
        return Error::NotFound;
    }
    let (sql, parameters) = exists(api, key).into_parts();
    meaning(transaction.execute(&sql, parameters).await)
}

fn meaning(found: Result<Rows, DatabaseError>) -> Error {
    match found {
        Ok(rows) if rows.is_empty() => Error::NotFound,
        Ok(_) => Error::Forbidden,
        Err(error) => Error::of_server(error),
    }
}

fn exists(api: &Api, key: Key) -> Sql {
    let mut sql = Sql::new("SELECT 1 FROM ");
    sql.identifier(&api.table.identifier)
        .push(" WHERE ")
        .identifier(&api.table.key_column().identifier)
        .push(" = ")
        .bind(key.to_value());
    sql
}
