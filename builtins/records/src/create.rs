//! POST of one record, or of an array of them in one transaction.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::Database;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::encode::write_text;
use record_api::error::Error;
use record_api::id::Key;

use crate::write::{self, Write};
use crate::{body, json, query};

/// Inserts what the body holds and answers the ids, in the order of the body.
pub async fn create(database: &Database, api: &Api, caller: &Caller, request: Request) -> Result<Response, Error> {
    api.authorize(Operation::Create, caller)?;
    let redirect = request.query().map_or(Ok(None), query::redirect)?;
    let records = body::one_or_many(&api.table, request).await?;
    if records.is_empty() {
        return Err(Error::NoValues);
    }
    let writes = records.into_iter().map(|record| Write::create(api, caller, record));
    let keys = write::all(database, writes.collect()).await?;
    Ok(match redirect {
        Some(location) => Response::see_other(&location),
        None => json(ids(keys)),
    })
}

/// `{"ids":[...]}`. A row that was passed over because of a conflict has no id here.
fn ids(keys: Vec<Option<Key>>) -> Vec<u8> {
    let mut body = Vec::with_capacity(10 + 30 * keys.len());
    body.extend_from_slice(b"{\"ids\":[");
    for (index, key) in keys.into_iter().flatten().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        write_text(&mut body, &key.to_text());
    }
    body.extend_from_slice(b"]}");
    body
}
