//! POST of one record, or of an array of them in one transaction.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Rows};

use crate::api::{Api, Operation};
use crate::caller::Caller;
use crate::encode::write_text;
use crate::error::Error;
use crate::id::Key;
use crate::{body, insert, json, query};

/// Inserts what the body holds and answers the ids, in the order of the body.
pub async fn create(database: &Database, api: &Api, caller: &Caller, request: Request) -> Result<Response, Error> {
    api.authorize(Operation::Create, caller)?;
    let redirect = request.query().map_or(Ok(None), query::redirect)?;
    let records = body::one_or_many(&api.table, request).await?;
    if records.is_empty() {
        return Err(Error::NoValues);
    }
    let mut steps = Vec::with_capacity(records.len());
    let mut inserts = Vec::with_capacity(records.len());
    for record in records {
        steps.extend(insert::steps(api, caller, record));
        inserts.push(steps.len() - 1);
    }
    let results = (database.batch(steps).await).map_err(|error| api.of_ruled(Operation::Create, error))?;
    let inserted = inserts.into_iter().filter_map(|index| results.get(index));
    Ok(match redirect {
        Some(location) => Response::see_other(&location),
        None => json(ids(api, inserted)?),
    })
}

/// `{"ids":[...]}`. A row that was passed over because of a conflict has no id here.
fn ids<'r>(api: &Api, results: impl Iterator<Item = &'r Rows>) -> Result<Vec<u8>, Error> {
    let mut body = Vec::with_capacity(64);
    body.extend_from_slice(b"{\"ids\":[");
    let mut is_first = true;
    for row in results.flat_map(Rows::iter) {
        let key = (row.values().first())
            .and_then(|value| Key::from_value(api.table.key_kind, value))
            .ok_or_else(|| Error::Internal("the key of a new record is not of its kind".into()))?;
        if !std::mem::replace(&mut is_first, false) {
            body.push(b',');
        }
        write_text(&mut body, &key.to_text());
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}
