//! GET of one record.

use std::borrow::Cow;

use guesthouse::http::Response;
use guesthouse::sqlite::Database;

use crate::api::{Api, Operation};
use crate::caller::Caller;
use crate::error::Error;
use crate::expand::Expand;
use crate::id::Key;
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
    let parameters = api.read.parameters(key, caller);
    let rows = match expand.is_empty() {
        true => database.query(api.read.sql.text(), parameters).await,
        false => {
            database
                .query(expand.join(api.read.sql.clone()).text(), parameters)
                .await
        }
    };
    let rows = rows.map_err(|error| api.of_ruled(Operation::Read, error))?;
    let row = rows.first().ok_or(match api.access.rule(Operation::Read) {
        // Whether the record is there at all is nothing that the rule lets the caller know.
        Some(_) => Error::Forbidden,
        None => Error::NotFound,
    })?;
    let mut body = Vec::with_capacity(512);
    api.writer.write(&mut body, row.values(), &expand)?;
    Ok(json(body))
}
