//! DELETE of one record.

use guesthouse::http::Response;
use guesthouse::sqlite::Database;

use crate::api::{Api, Operation};
use crate::error::Error;
use crate::id::Key;

/// Deletes the record.
pub async fn delete(database: &Database, api: &Api, id: &str) -> Result<Response, Error> {
    api.authorize(Operation::Delete)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let result = (database.execute(&api.delete, vec![key.to_value()]).await).map_err(Error::of_request)?;
    match result.changes() {
        0 => Err(Error::NotFound),
        _ => Ok(Response::text(200, "deleted")),
    }
}
