//! DELETE of one record.

use guesthouse::http::Response;
use guesthouse::sqlite::Database;

use crate::api::{Api, Operation};
use crate::caller::Caller;
use crate::error::Error;
use crate::id::Key;
use crate::unchanged;

/// Deletes the record.
pub async fn delete(database: &Database, api: &Api, caller: &Caller, id: &str) -> Result<Response, Error> {
    api.authorize(Operation::Delete, caller)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let result = (database
        .execute(api.delete.sql.text(), api.delete.parameters(key, caller))
        .await)
        .map_err(|error| api.of_ruled(Operation::Delete, error))?;
    match result.changes() {
        0 => Err(unchanged::explain(database, api, Operation::Delete, key).await),
        _ => Ok(Response::text(200, "deleted")),
    }
}
