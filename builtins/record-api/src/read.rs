//! Reading one record, as far as the read rule lets the caller see it.

use guesthouse::sqlite::{Database, Rows};

use crate::api::{Api, Operation};
use crate::caller::Caller;
use crate::error::Error;
use crate::expand::Expand;
use crate::id::Key;

/// The row of the record: exactly one. Whether the access lists let the caller read has been checked before.
pub async fn record(
    database: &Database,
    api: &Api,
    caller: &Caller,
    key: Key,
    expand: &Expand<'_>,
) -> Result<Rows, Error> {
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
    match (rows.first(), api.access.rule(Operation::Read)) {
        (Some(_), _) => Ok(rows),
        // Whether the record is there at all is nothing that the rule lets the caller know.
        (None, Some(_)) => Err(Error::Forbidden),
        (None, None) => Err(Error::NotFound),
    }
}
