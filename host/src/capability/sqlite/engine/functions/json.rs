//! `is_json(x)`, `jsonschema_matches(schema, value)` and `jsonschema(name, value[, options])`.
//!
//! The named schemas are those of the metadata that an uploaded file leaves in its column: `std.FileUpload` for one,
//! `std.FileUploads` for a list. Their option is a comma list of the media types that are accepted.

use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use rusqlite::{Connection, Result, functions::Context, types::ValueRef};
use serde_json::{Value, json};

use super::{cache::Cache, failed, pure, tested_text, text_argument};

static FILE_UPLOAD: LazyLock<Validator> = LazyLock::new(|| constant(&file_upload()));
static FILE_UPLOADS: LazyLock<Validator> =
    LazyLock::new(|| constant(&json!({ "type": "array", "items": file_upload() })));

pub fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("is_json", 1, pure(), |context| {
        let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        Ok(tested_text(context, 0).map_or_else(|verdict| verdict, is_json))
    })?;
    let schemas = Arc::new(Cache::<Validator>::new());
    connection.create_scalar_function("jsonschema_matches", 2, pure(), move |context| {
        let Some(schema) = text_argument(context, 0)? else {
            return Err(failed("jsonschema_matches: no schema"));
        };
        let schema = schemas.get(schema, compile)?;
        Ok(tested_value(context).is_none_or(|value| value.is_some_and(|value| schema.is_valid(&value))))
    })?;
    connection.create_scalar_function("jsonschema", 2, pure(), |context| named(context, None))?;
    connection.create_scalar_function("jsonschema", 3, pure(), |context| {
        let options = text_argument(context, 2)?.map(str::to_owned);
        named(context, options.as_deref())
    })
}

fn named(context: &Context<'_>, media_types: Option<&str>) -> Result<bool> {
    let schema = match text_argument(context, 0)? {
        Some("std.FileUpload") => &FILE_UPLOAD,
        Some("std.FileUploads") => &FILE_UPLOADS,
        Some(name) => return Err(failed(format!("jsonschema: there is no schema {name:?}"))),
        None => return Err(failed("jsonschema: no name")),
    };
    let Some(value) = tested_value(context) else {
        return Ok(true);
    };
    let Some(value) = value.filter(|value| schema.is_valid(value)) else {
        return Ok(false);
    };
    Ok(media_types.is_none_or(|accepted| has_accepted_types(&value, accepted)))
}

/// The value that is tested: `None` for NULL, `Some(None)` for what is no JSON.
fn tested_value(context: &Context<'_>) -> Option<Option<Value>> {
    match context.get_raw(1) {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(serde_json::from_slice(text).ok()),
        _ => Some(None),
    }
}

fn has_accepted_types(value: &Value, accepted: &str) -> bool {
    let is_accepted = |file: &Value| {
        let media_type = file.get("mime_type").and_then(Value::as_str);
        media_type.is_some_and(|media_type| accepted.split(',').any(|accepted| accepted.trim() == media_type))
    };
    value
        .as_array()
        .map_or_else(|| is_accepted(value), |files| files.iter().all(is_accepted))
}

fn file_upload() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "filename": { "type": "string", "minLength": 1 },
            "original_filename": { "type": ["string", "null"] },
            "content_type": { "type": ["string", "null"] },
            "mime_type": { "type": ["string", "null"] },
        },
        "required": ["filename"],
        "additionalProperties": false,
    })
}

fn constant(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("the schema is constant")
}

fn compile(schema: &str) -> Result<Validator> {
    let schema = serde_json::from_str(schema).map_err(|_| failed("jsonschema_matches: the schema is not JSON"))?;
    jsonschema::validator_for(&schema).map_err(|error| failed(format!("jsonschema_matches: {error}")))
}
