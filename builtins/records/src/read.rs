//! GET of one record.

use std::borrow::Cow;

use guesthouse::http::Response;
use guesthouse::sqlite::Database;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::error::Error;
use record_api::expand::Expand;
use record_api::id::Key;

use crate::{json, query};

/// Answers the record.
pub async fn read(
    database: &Database,
    api: &Api,
    caller: &Caller,
    id: &str,
    query: Option<&str>,
) -> Result<Response, Error> {
    api.authorize(Operation::Read, caller)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let expand = Expand::parse(api, &query.map_or(Ok(Cow::default()), query::expand)?)?;
    let rows = record_api::read::record(database, api, caller, key, &expand).await?;
    let row = rows.first().ok_or(Error::NotFound)?;
    let mut body = Vec::with_capacity(512);
    api.writer.write(&mut body, row.values(), &expand)?;
    Ok(json(body))
}
