//! GET of one record.

use std::borrow::Cow;

use guesthouse::http::Response;
use guesthouse::sqlite::Database;

use crate::api::{Api, Operation};
use crate::error::Error;
use crate::expand::Expand;
use crate::id::Key;
use crate::{json, query};

/// Answers the record.
pub async fn read(database: &Database, api: &Api, id: &str, query: Option<&str>) -> Result<Response, Error> {
    api.authorize(Operation::Read)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let expand = Expand::parse(api, &query.map_or(Ok(Cow::default()), query::expand)?)?;
    let parameters = vec![key.to_value()];
    let rows = match expand.is_empty() {
        true => database.query(api.read.text(), parameters).await,
        false => database.query(expand.join(api.read.clone()).text(), parameters).await,
    };
    let rows = rows.map_err(Error::of_request)?;
    let row = rows.first().ok_or(Error::NotFound)?;
    let mut body = Vec::with_capacity(512);
    api.writer.write(&mut body, row.values(), &expand)?;
    Ok(json(body))
}
