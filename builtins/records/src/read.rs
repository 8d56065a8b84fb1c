//! GET of one record.

use guesthouse::http::Response;
use guesthouse::sqlite::Database;

use crate::api::{Api, Operation};
use crate::error::Error;
use crate::id::Key;
use crate::{json, query};

/// Answers the record.
pub async fn read(database: &Database, api: &Api, id: &str, query: Option<&str>) -> Result<Response, Error> {
    api.authorize(Operation::Read)?;
    let key = Key::parse(api.table.key_kind, id)?;
    query.map_or(Ok(()), query::check_read)?;
    let rows = (database.query(&api.read, vec![key.to_value()]).await).map_err(Error::of_request)?;
    let row = rows.first().ok_or(Error::NotFound)?;
    let mut body = Vec::with_capacity(512);
    api.writer.write(&mut body, row.values())?;
    Ok(json(body))
}
