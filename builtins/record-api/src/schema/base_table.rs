//! A table of the database with all its columns, whether or not it can be an API: a view may show columns of any.

use guesthouse::sqlite::{Row, Rows};

use super::{Column, ColumnKind, Description, JsonSchema, Reference, Refusal, misconfigured};
use crate::checks::{self, Check};
use crate::id::KeyKind;
use crate::sql::Identifier;

/// A table.
pub struct BaseTable {
    pub name: String,
    pub columns: Vec<Column>,
    /// Which column is the key and of which kind, or why none can be the key of an API.
    pub key: Result<(usize, KeyKind), Refusal>,
}

impl BaseTable {
    /// Reads the description of a table that exists. A column of one that is not STRICT may hold anything.
    pub fn read(description: &Description<'_>) -> Result<Self, Refusal> {
        let Some(table) = description.table.first() else {
            return misconfigured("its table does not exist");
        };
        let (is_strict, checks) = (table.get(2)?, checks::find(table.get(3)?));
        let mut columns = Vec::new();
        let mut keys = Vec::new();
        for row in description.columns.iter() {
            if row.get::<i64>(4)? > 0 {
                keys.push(columns.len());
            }
            let mut column = read_column(&row, is_strict, &checks)?;
            column.reference = reference(&column.name, description.references)?;
            columns.push(column);
        }
        let key = match (is_strict, &keys[..]) {
            (false, _) => misconfigured("its table is not STRICT"),
            (true, [key]) => key_kind(&columns[*key], &checks, description.references).map(|kind| (*key, kind)),
            _ => misconfigured("the primary key of its table is not exactly one column"),
        };
        Ok(Self {
            name: table.get(0)?,
            columns,
            key,
        })
    }
}

/// Reads one column, of a row that begins as those of [`Description::columns`] do, without what it references.
pub fn read_column(row: &Row<'_>, is_strict: bool, checks: &[Check]) -> Result<Column, Refusal> {
    let name: &str = row.get(0)?;
    let (kind, json_schema) = match is_strict {
        true => column_kind(name, row.get(1)?, checks)?,
        false => (ColumnKind::Any, None),
    };
    let is_key = row.get::<i64>(4)? > 0;
    Ok(Column {
        name: name.into(),
        identifier: Identifier::from_schema(name),
        kind,
        json_schema,
        is_hidden: name.starts_with('_'),
        is_writable: row.get::<i64>(5)? == 0,
        is_virtual: row.get::<i64>(5)? == 2,
        // SQLite says it of no key, and sees to it in STRICT tables.
        is_not_null: is_strict && is_key || row.get(2)?,
        has_default: row.get(3)?,
        reference: None,
    })
}

fn column_kind(name: &str, declared: &str, checks: &[Check]) -> Result<(ColumnKind, Option<JsonSchema>), Refusal> {
    for check in checks.iter().filter(|check| check.column.eq_ignore_ascii_case(name)) {
        let (kind, schema): (_, fn(String) -> JsonSchema) = match (check.function.as_str(), check.text.as_deref()) {
            ("st_isvalid", _) => return Err(Refusal::Unsupported("geometry columns are not supported yet")),
            ("jsonschema", Some("std.FileUpload")) => (ColumnKind::File, JsonSchema::Named),
            ("jsonschema", Some("std.FileUploads")) => (ColumnKind::Files, JsonSchema::Named),
            ("jsonschema", Some(_)) => (ColumnKind::Json, JsonSchema::Named),
            ("jsonschema_matches", Some(_)) => (ColumnKind::Json, JsonSchema::Inline),
            _ => continue,
        };
        return Ok((kind, check.text.clone().map(schema)));
    }
    let kind = match declared.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT" => ColumnKind::Integer,
        "REAL" => ColumnKind::Real,
        "TEXT" => ColumnKind::Text,
        "BLOB" => ColumnKind::Blob,
        "ANY" => ColumnKind::Any,
        other => {
            return misconfigured(&format!("{name} is of the type {other}, which no STRICT table has"));
        }
    };
    Ok((kind, None))
}

fn reference(column: &str, references: &Rows) -> Result<Option<Reference>, Refusal> {
    for row in references.iter() {
        if row.get::<&str>(0)?.eq_ignore_ascii_case(column) {
            return Ok(Some(Reference {
                table: row.get(3)?,
                column: row.get(1)?,
            }));
        }
    }
    Ok(None)
}

fn key_kind(key: &Column, checks: &[Check], references: &Rows) -> Result<KeyKind, Refusal> {
    if key.kind == ColumnKind::Integer {
        return Ok(KeyKind::Integer);
    }
    if key.kind == ColumnKind::Blob {
        if holds_uuids(&key.name, checks) {
            return Ok(KeyKind::Uuid);
        }
        for reference in references.iter() {
            let (column, referenced, sql): (&str, &str, &str) =
                (reference.get(0)?, reference.get(1)?, reference.get(2)?);
            if column.eq_ignore_ascii_case(&key.name) && holds_uuids(referenced, &checks::find(sql)) {
                return Ok(KeyKind::Uuid);
            }
        }
    }
    misconfigured("its key is neither INTEGER nor BLOB with CHECK (is_uuid(...)), is_uuid_v4 or is_uuid_v7")
}

fn holds_uuids(column: &str, checks: &[Check]) -> bool {
    checks.iter().any(|check| {
        check.is_whole
            && check.text.is_none()
            && check.column.eq_ignore_ascii_case(column)
            && matches!(check.function.as_str(), "is_uuid" | "is_uuid_v4" | "is_uuid_v7")
    })
}
