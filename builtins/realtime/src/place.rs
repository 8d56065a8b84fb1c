//! A table and the database in which it is: what one log of changes is of.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use record_api::catalog::Served;
use record_api::query::form;

/// What stands as it is in a part of a topic's name.
const ENCODED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'=')
    .remove(b'[')
    .remove(b']')
    .remove(b'$');

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub database: String,
    pub table: String,
}

impl Place {
    /// Where the records of an API are.
    pub fn of(served: &Served) -> Self {
        Self {
            database: (*served.database_name).into(),
            table: served.api.table.name.clone(),
        }
    }

    /// As a part of a topic's name.
    pub fn to_text(&self) -> String {
        format!("{}/{}", encode(&self.database), encode(&self.table))
    }
}

/// Makes text fit to be a part of a topic's name, without `/`, `?` and `&`.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// Undoes [`encode`]; nothing where the text was not made by it.
pub fn decode(text: &str) -> Option<String> {
    let decoded = form::decode_segment(text)?.into_owned();
    (encode(&decoded) == text).then_some(decoded)
}
