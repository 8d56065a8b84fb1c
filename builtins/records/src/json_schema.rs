//! `GET /{api}/schema`: what records look like, as a JSON Schema of draft 2020-12.

mod definitions;

use guesthouse::http::Response;
use guesthouse::sqlite::Database;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::error::Error;
use record_api::expansion::Expansion;
use record_api::query::form;
use record_api::schema::{Column, ColumnKind, JsonSchema, Table};
use record_api::sql::Sql;
use serde_json::{Map, Value, json};

use definitions::{Definitions, reference};

/// What the described record is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A create takes it.
    Insert,
    /// A read gives it.
    Select,
    /// An update takes it.
    Update,
}

impl Mode {
    /// Reads the query string.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut mode = Self::Insert;
        for pair in form::pairs(query) {
            let (name, value) = pair?;
            if name == "mode" {
                mode = match &*value {
                    "Insert" => Self::Insert,
                    "Select" => Self::Select,
                    "Update" => Self::Update,
                    _ => return Err(Error::InvalidQuery),
                };
            }
        }
        Ok(mode)
    }

    /// Whether a record of this mode may have the column at all. A view has the same for every mode.
    fn has(self, table: &Table, column: &Column) -> bool {
        match self {
            Self::Select => !column.is_hidden,
            Self::Insert | Self::Update => column.is_writable || table.is_view,
        }
    }

    fn requires(self, column: &Column, is_key: bool) -> bool {
        match self {
            Self::Insert => column.is_not_null && !column.has_default && !is_key,
            Self::Select => column.is_not_null,
            Self::Update => false,
        }
    }
}

/// Answers the schema to those who may see it.
pub async fn answer(
    database: &Database,
    api: &Api,
    caller: &Caller,
    name: &str,
    query: Option<&str>,
) -> Result<Response, Error> {
    api.authorize(Operation::Schema, caller)?;
    check_rule(database, api, caller).await?;
    let mode = Mode::parse(query.unwrap_or_default())?;
    Ok(crate::json(document(name, api, mode).to_string().into_bytes()))
}

/// Nothing is read here that the rule could be a part of, so it is asked on its own.
async fn check_rule(database: &Database, api: &Api, caller: &Caller) -> Result<(), Error> {
    let Some(rule) = api.access.rule(Operation::Schema) else {
        return Ok(());
    };
    let mut sql = Sql::new("SELECT 1 WHERE ");
    rule.push(&mut sql, caller, None);
    let (sql, parameters) = sql.into_parts();
    match database.query(&sql, parameters).await {
        Ok(rows) if rows.is_empty() => Err(Error::Forbidden),
        Ok(_) => Ok(()),
        Err(error) => Err(api.of_ruled(Operation::Schema, error)),
    }
}

/// The schema of an API's records.
fn document(name: &str, api: &Api, mode: Mode) -> Value {
    let table = &api.table;
    let expansion_of = |column: &Column| {
        let mut expansions = api.expansions.iter();
        expansions.find(|expansion| mode == Mode::Select && expansion.column == column.name)
    };
    let columns = || table.columns.iter().filter(|column| mode.has(table, column));
    let mut definitions =
        Definitions::new(columns().flat_map(|column| [column.name.clone(), format!("{name}.{}", column.name)]));
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for column in columns() {
        let schema = match (expansion_of(column), &column.json_schema) {
            (Some(expansion), _) => {
                let definition = format!("{name}.{}", column.name);
                definitions.add(&definition, expanded(column, expansion));
                reference(&definition)
            }
            (None, Some(schema)) => {
                definitions.add(&column.name, json_schema(schema));
                reference(&column.name)
            }
            (None, None) => plain(column.kind, !column.is_not_null),
        };
        properties.insert(column.name.clone(), schema);
        if mode.requires(column, column.name == table.key_column().name) {
            required.push(column.name.clone());
        }
    }
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        "properties": properties,
        "required": required,
    });
    if let Some(definitions) = definitions.into_value() {
        document["$defs"] = definitions;
    }
    document
}

/// The type that a value of a column has in JSON.
fn plain(kind: ColumnKind, is_nullable: bool) -> Value {
    let mut types = match kind {
        ColumnKind::Integer => vec!["integer"],
        ColumnKind::Real => vec!["number"],
        ColumnKind::Text | ColumnKind::Blob => vec!["string"],
        ColumnKind::Any | ColumnKind::Json | ColumnKind::File | ColumnKind::Files => {
            vec!["string", "number", "integer", "boolean", "object", "array"]
        }
    };
    if is_nullable {
        types.insert(0, "null");
    }
    match types[..] {
        [one] => json!({"type": one}),
        _ => json!({"type": types}),
    }
}

/// A reference as answers have it: with the row that it points at, where that was asked for.
fn expanded(column: &Column, expansion: &Expansion) -> Value {
    let data = expansion.columns.iter();
    let data: Map<_, _> = data
        .map(|column| (column.name.clone(), plain(column.kind, !column.is_not_null)))
        .collect();
    json!({
        "type": "object",
        "properties": {
            "id": plain(column.kind, false),
            "data": {"type": "object", "properties": data},
        },
        "required": ["id"],
    })
}

/// The schema itself. Of one that is not known here, or is none, nothing is said; a write that it refuses is refused.
fn json_schema(schema: &JsonSchema) -> Value {
    match schema {
        JsonSchema::Inline(text) => serde_json::from_str(text).unwrap_or_else(|_| json!({})),
        JsonSchema::Named(name) => match name.as_str() {
            "std.FileUpload" => file(),
            "std.FileUploads" => json!({"type": "array", "items": file()}),
            _ => json!({}),
        },
    }
}

/// The metadata of a file as answers give it.
fn file() -> Value {
    let optional = || json!({"type": ["null", "string"]});
    json!({
        "type": "object",
        "properties": {
            "filename": {"type": "string"},
            "original_filename": optional(),
            "content_type": optional(),
            "mime_type": optional(),
        },
        "required": ["filename"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests;
