//! The query string of a list.

mod order;

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use record_api::error::Error;
use record_api::query::{Filter, form};

pub use order::{Direction, Order};

const NOT_VISIBLE: AsciiSet = CONTROLS.add(b' ');

/// What a list is asked for. Names of columns are as the client sent them: not yet checked.
#[derive(Debug, Default)]
pub struct ListQuery<'a> {
    pub limit: Option<u64>,
    pub offset: u64,
    pub cursor: Option<Cow<'a, str>>,
    pub wants_count: bool,
    pub wants_no_cursor: bool,
    pub order: Vec<Order>,
    pub filter: Filter,
    /// A comma list.
    pub expand: Cow<'a, str>,
}

impl<'a> ListQuery<'a> {
    /// Reads a query string. Parameters that it does not know are passed over.
    pub fn parse(query: &'a str) -> Result<Self, Error> {
        let mut parsed = Self::default();
        for pair in form::pairs(query) {
            let (name, value) = pair?;
            match &*name {
                "limit" => parsed.limit = Some(number(&value)?),
                "offset" => parsed.offset = offset(&value)?,
                "cursor" => parsed.cursor = (!value.is_empty()).then_some(value),
                "count" => parsed.wants_count = boolean(&value)?,
                "skip_cursor" => parsed.wants_no_cursor = value == "true",
                "order" => parsed.order = order::parse(&value)?,
                "expand" => parsed.expand = value,
                // Tables with geometry columns are not served yet.
                "geojson" => return Err(Error::InvalidGeometryColumn),
                _ => parsed.filter.add(&name, &value)?,
            }
        }
        Ok(parsed)
    }
}

/// The `expand` of the query string of a read; empty where there is none.
pub fn expand(query: &str) -> Result<Cow<'_, str>, Error> {
    let mut expand = Cow::default();
    for pair in form::pairs(query) {
        let (name, value) = pair?;
        if name == "expand" {
            expand = value;
        }
    }
    Ok(expand)
}

/// Where the query string of a create wants the browser to go afterwards. It goes into a header field, so that what is no
/// visible ASCII character is percent-encoded; else it is as the form has it.
pub fn redirect(query: &str) -> Result<Option<String>, Error> {
    let mut location = None;
    for pair in form::pairs(query) {
        let (name, value) = pair?;
        if name == "redirect_uri" && !value.is_empty() {
            location = Some(utf8_percent_encode(&value, &NOT_VISIBLE).to_string());
        }
    }
    Ok(location)
}

fn number(text: &str) -> Result<u64, Error> {
    text.parse().map_err(|_| Error::InvalidQuery)
}

/// SQLite counts rows in signed numbers.
fn offset(text: &str) -> Result<u64, Error> {
    match number(text)? {
        offset if i64::try_from(offset).is_ok() => Ok(offset),
        _ => Err(Error::InvalidOffset),
    }
}

fn boolean(text: &str) -> Result<bool, Error> {
    match text {
        "true" | "TRUE" | "1" => Ok(true),
        "false" | "FALSE" | "0" => Ok(false),
        _ => Err(Error::InvalidQuery),
    }
}

#[cfg(test)]
pub mod tests;
