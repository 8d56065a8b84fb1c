//! SQL functions that CHECKs and rules need, on every connection.
//!
//! All are innocuous, so that they work in CHECKs, views and triggers though the schema is not trusted. The functions
//! that test a value accept NULL, so that they can stand in the CHECK of a column that may be NULL.

mod cache;
mod encoding;
mod expression;
mod json;
mod text;
mod uuid;

#[cfg(test)]
mod tests;

use rusqlite::{
    Error, Result, ffi,
    functions::{Context, FunctionFlags},
    types::ValueRef,
};

use super::{authorizer::Authorizer, ffi::Handle};

/// Registers all functions on a connection.
pub fn register(handle: &Handle, authorizer: &Authorizer) -> Result<()> {
    expression::register(handle, authorizer)?;
    let connection = handle.wrapper();
    uuid::register(connection)?;
    text::register(connection)?;
    json::register(connection)?;
    encoding::register(connection)
}

/// For functions that give the same for the same arguments.
fn pure() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS | FunctionFlags::SQLITE_DETERMINISTIC
}

/// For functions that give something else each time.
fn random() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS
}

/// An argument that should be text; `None` for NULL.
fn text_argument<'a>(context: &'a Context<'_>, index: usize) -> Result<Option<&'a str>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| failed("a text is not valid UTF-8")),
        _ => Err(failed("an argument must be text")),
    }
}

/// Text of a value that is tested: `Err(false)` is the answer for what is no text, `Err(true)` that for NULL.
fn tested_text<'a>(context: &'a Context<'_>, index: usize) -> std::result::Result<&'a str, bool> {
    match context.get_raw(index) {
        ValueRef::Null => Err(true),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(|_| false),
        _ => Err(false),
    }
}

/// The error of a function; SQLite gives its text as the message of the statement.
fn failed(message: impl Into<String>) -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(message.into()))
}
