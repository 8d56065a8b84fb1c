//! `base64(blob)` and `base64_url_safe(blob)`, with padding.

use base64::{
    Engine,
    engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE},
};
use rusqlite::{Connection, Result, functions::Context, types::ValueRef};

use super::{failed, pure};

pub fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("base64", 1, pure(), |context| encode(context, &STANDARD))?;
    connection.create_scalar_function("base64_url_safe", 1, pure(), |context| encode(context, &URL_SAFE))
}

fn encode(context: &Context<'_>, engine: &GeneralPurpose) -> Result<Option<String>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Ok(Some(engine.encode(bytes))),
        _ => Err(failed("base64: the argument must be a blob or text")),
    }
}
