//! `uuid_v4() uuid_v7() is_uuid(x) is_uuid_v4(x) is_uuid_v7(x) uuid_text(blob) uuid_parse(text)`: UUIDs as 16-byte blobs.

use rusqlite::{Connection, Result, functions::Context, types::ValueRef};
use uuid::{Uuid, Variant};

use super::{failed, pure, random, text_argument};

pub fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("uuid_v4", 0, random(), |_| Ok(Uuid::new_v4().as_bytes().to_vec()))?;
    connection.create_scalar_function("uuid_v7", 0, random(), |_| Ok(Uuid::now_v7().as_bytes().to_vec()))?;
    connection.create_scalar_function("is_uuid", 1, pure(), |context| Ok(is_uuid(context, None)))?;
    connection.create_scalar_function("is_uuid_v4", 1, pure(), |context| Ok(is_uuid(context, Some(4))))?;
    connection.create_scalar_function("is_uuid_v7", 1, pure(), |context| Ok(is_uuid(context, Some(7))))?;
    connection.create_scalar_function("uuid_text", 1, pure(), to_text)?;
    connection.create_scalar_function("uuid_parse", 1, pure(), parse)
}

fn is_uuid(context: &Context<'_>, version: Option<usize>) -> bool {
    match context.get_raw(0) {
        ValueRef::Null => true,
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).is_ok_and(|uuid| {
            version.is_none_or(|version| uuid.get_variant() == Variant::RFC4122 && uuid.get_version_num() == version)
        }),
        _ => false,
    }
}

fn to_text(context: &Context<'_>) -> Result<Option<String>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => {
            let uuid = Uuid::from_slice(bytes).map_err(|_| failed("uuid_text: the blob is not 16 bytes long"))?;
            Ok(Some(uuid.hyphenated().to_string()))
        }
        _ => Err(failed("uuid_text: the argument must be a blob")),
    }
}

fn parse(context: &Context<'_>) -> Result<Option<Vec<u8>>> {
    let Some(text) = text_argument(context, 0)? else {
        return Ok(None);
    };
    let uuid = Uuid::parse_str(text).map_err(|_| failed("uuid_parse: the text is not a UUID"))?;
    Ok(Some(uuid.as_bytes().to_vec()))
}
