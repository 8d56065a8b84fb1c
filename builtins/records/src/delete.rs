//! DELETE of one record.

use guesthouse::http::Response;
use guesthouse::sqlite::Database;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::error::Error;
use record_api::id::Key;

use crate::write::Write;

/// Deletes the record.
pub async fn delete(database: &Database, api: &Api, caller: &Caller, id: &str) -> Result<Response, Error> {
    api.authorize(Operation::Delete, caller)?;
    let key = Key::parse(api.table.key_kind, id)?;
    Write::delete(api, caller, key).alone(database).await?;
    Ok(Response::text(200, "deleted"))
}
