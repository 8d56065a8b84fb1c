//! Rows as JSON text, written straight into the body of the answer.

use guesthouse::sqlite::Value;
use serde::de::IgnoredAny;

use crate::blob;
use crate::error::Error;
use crate::expand::Expand;
use crate::schema::{Column, ColumnKind};

/// Writes the records of one API. What is the same in every record is made once.
#[derive(Debug)]
pub struct RecordWriter {
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    /// The name in quotes with its colon, and what stands before it: `{` or `,`.
    prefix: Vec<u8>,
    kind: ColumnKind,
    /// The column, if its values are references that can be expanded.
    reference: Option<String>,
}

impl RecordWriter {
    /// For rows that begin with the values of these columns, in this order. The values of `references` are written as
    /// objects with their `id`, which can be expanded.
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a Column>, references: &[&str]) -> Self {
        let fields = (columns.into_iter().enumerate()).map(|(index, column)| {
            let mut prefix = vec![if index == 0 { b'{' } else { b',' }];
            write_text(&mut prefix, &column.name);
            prefix.push(b':');
            Field {
                prefix,
                kind: column.kind,
                reference: (references.contains(&column.name.as_str())).then(|| column.name.clone()),
            }
        });
        Self {
            fields: fields.collect(),
        }
    }

    /// Writes one record of these values, with nothing expanded.
    pub fn write_values<'v>(
        &self,
        body: &mut Vec<u8>,
        values: impl IntoIterator<Item = &'v Value>,
    ) -> Result<(), Error> {
        self.write_fields(body, values, |_, _| Ok(()))
    }

    /// Writes one record. Values beyond the columns are written only as far as they are of expanded rows.
    pub fn write(&self, body: &mut Vec<u8>, row: &[Value], expand: &Expand<'_>) -> Result<(), Error> {
        self.write_fields(body, row, |body, column| expand.write_data(body, column, row))
    }

    fn write_fields<'v>(
        &self,
        body: &mut Vec<u8>,
        values: impl IntoIterator<Item = &'v Value>,
        write_data: impl Fn(&mut Vec<u8>, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.fields.is_empty() {
            body.push(b'{');
        }
        for (field, value) in self.fields.iter().zip(values) {
            body.extend_from_slice(&field.prefix);
            match (&field.reference, value) {
                (_, Value::Null) => body.extend_from_slice(b"null"),
                (Some(column), value) => {
                    body.extend_from_slice(b"{\"id\":");
                    write_value(body, value)?;
                    write_data(body, column)?;
                    body.push(b'}');
                }
                (None, Value::Text(text)) if field.kind == ColumnKind::Json => write_json_text(body, text),
                (None, Value::Text(text)) if field.kind.is_file() => write_files(body, text),
                (None, value) => write_value(body, value)?,
            }
        }
        body.push(b'}');
        Ok(())
    }
}

/// A CHECK promises JSON. Where it was switched off, the text is still text.
fn write_json_text(body: &mut Vec<u8>, text: &str) {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => body.extend_from_slice(text.as_bytes()),
        Err(_) => write_text(body, text),
    }
}

/// The metadata of a file or of a list of them, without the name under which the file is kept.
fn write_files(body: &mut Vec<u8>, text: &str) {
    let Ok(mut files) = serde_json::from_str::<serde_json::Value>(text) else {
        return write_text(body, text);
    };
    let one = std::slice::from_mut(&mut files);
    let all = match &mut one[0] {
        serde_json::Value::Array(list) => list.as_mut_slice(),
        _ => one,
    };
    for file in all {
        if let Some(file) = file.as_object_mut() {
            file.remove("id");
        }
    }
    write_json(body, &files);
}

fn write_value(body: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    match value {
        Value::Null => body.extend_from_slice(b"null"),
        Value::Integer(integer) => write_json(body, integer),
        Value::Real(real) if real.is_finite() => write_json(body, real),
        Value::Real(_) => return Err(Error::Internal("a number that is infinite has no JSON form".into())),
        Value::Text(text) => write_text(body, text),
        Value::Blob(bytes) => blob::write(body, bytes)?,
    }
    Ok(())
}

/// Writes text as a JSON string.
pub fn write_text(body: &mut Vec<u8>, text: &str) {
    write_json(body, text);
}

fn write_json<T: serde::Serialize + ?Sized>(body: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(body, value).expect("numbers and text always have a JSON form, and a vector takes all");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Identifier;

    fn column(name: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            identifier: Identifier::from_schema(name),
            kind,
            json_schema: None,
            is_hidden: false,
            is_writable: true,
            is_virtual: false,
            is_not_null: false,
            has_default: false,
            reference: None,
        }
    }

    fn written(kind: ColumnKind, value: Value) -> String {
        let mut body = Vec::new();
        RecordWriter::new([&column("c", kind)], &[])
            .write(&mut body, &[value], &Expand::default())
            .unwrap();
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn values_are_exact() {
        use ColumnKind::{Any, Blob, Integer, Real, Text};
        for (kind, value, expected) in [
            (Integer, Value::Integer(i64::MAX), r#"{"c":9223372036854775807}"#),
            (Integer, Value::Null, r#"{"c":null}"#),
            (Real, Value::Real(1.0), r#"{"c":1.0}"#),
            (Real, Value::Real(5e-324), r#"{"c":5e-324}"#),
            (Text, Value::Text("\"\\\n\0é".into()), "{\"c\":\"\\\"\\\\\\n\\u0000é\"}"),
            (Blob, Value::Blob(vec![0xfb, 0xff]), r#"{"c":"-_8="}"#),
            (Blob, Value::Blob(vec![]), r#"{"c":""}"#),
            (Any, Value::Text("[1]".into()), r#"{"c":"[1]"}"#),
        ] {
            assert_eq!(written(kind, value), expected);
        }
    }

    #[test]
    fn json_is_given_as_json_and_what_is_none_as_text() {
        let json = |text: &str| written(ColumnKind::Json, Value::Text(text.into()));
        assert_eq!(json(r#"{"a": [1]}"#), r#"{"c":{"a": [1]}}"#);
        assert_eq!(json("{"), r#"{"c":"{"}"#);
        assert_eq!(json(r#"1,"admin":true"#), r#"{"c":"1,\"admin\":true"}"#);
    }

    #[test]
    fn files_are_given_without_the_name_that_they_are_kept_under() {
        let one = r#"{"id": "7f", "filename": "a.png", "mime_type": "image/png"}"#;
        let shown = r#"{"filename":"a.png","mime_type":"image/png"}"#;
        let file = |kind, text: &str| written(kind, Value::Text(text.into()));
        assert_eq!(file(ColumnKind::File, one), format!(r#"{{"c":{shown}}}"#));
        assert_eq!(
            file(ColumnKind::Files, &format!("[{one},{one}]")),
            format!(r#"{{"c":[{shown},{shown}]}}"#)
        );
        assert_eq!(file(ColumnKind::Files, "[]"), r#"{"c":[]}"#);
        assert_eq!(file(ColumnKind::File, "{"), r#"{"c":"{"}"#);
        assert_eq!(written(ColumnKind::File, Value::Null), r#"{"c":null}"#);
    }

    #[test]
    fn an_infinite_number_is_an_error_and_not_broken_json() {
        let mut body = Vec::new();
        let writer = RecordWriter::new([&column("c", ColumnKind::Real)], &[]);
        let result = writer.write(&mut body, &[Value::Real(f64::INFINITY)], &Expand::default());
        assert!(matches!(result, Err(Error::Internal(_))));
    }

    #[test]
    fn values_beyond_the_columns_stay_inside() {
        let mut body = Vec::new();
        let none: [&Column; 0] = [];
        let writer = RecordWriter::new(none, &[]);
        writer
            .write(&mut body, &[Value::Integer(1)], &Expand::default())
            .unwrap();
        assert_eq!(body, b"{}");
    }
}
