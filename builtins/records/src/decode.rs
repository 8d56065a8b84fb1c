//! Records in JSON as values for columns, read in one pass.

use std::fmt;

use guesthouse::sqlite::Value;
use record_api::blob;
use record_api::error::Error;
use record_api::schema::{ColumnKind, Table};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::limits;

/// The columns that a record names, by position in the table, ascending, and their values.
pub type Assignments = Vec<(usize, Value)>;

/// Reads the body of an update: one record.
pub fn one(table: &Table, body: &[u8]) -> Result<Assignments, Error> {
    match first_byte(body) {
        Some(b'[') => Err(Error::ExpectedRecord),
        _ => read(body, RecordSeed(table)).and_then(|record| refuse_files(table, record)),
    }
}

/// Reads the body of a create: a record, or an array of them.
pub fn one_or_many(table: &Table, body: &[u8]) -> Result<Vec<Assignments>, Error> {
    let records = match first_byte(body) {
        Some(b'{') => vec![read(body, RecordSeed(table))?],
        Some(b'[') => read(body, ArraySeed(table))?.ok_or(Error::BulkTooLarge(limits::BULK_RECORDS_MAX))?,
        // Either no JSON at all, which `read` tells, or another kind of value.
        _ => return read(body, std::marker::PhantomData::<IgnoredAny>).and(Err(Error::ExpectedRecords)),
    };
    records.into_iter().map(|record| refuse_files(table, record)).collect()
}

/// What a write that names a file column gets: nothing keeps files yet.
pub const NO_FILES: Error = Error::Unsupported("file columns cannot be written yet");

fn refuse_files(table: &Table, record: Assignments) -> Result<Assignments, Error> {
    match record
        .iter()
        .any(|(position, _)| table.columns[*position].kind.is_file())
    {
        true => Err(NO_FILES),
        false => Ok(record),
    }
}

/// Reads what a form has for a column of this kind: text, or several texts for JSON, which are a list there.
pub fn texts(kind: ColumnKind, texts: &[String]) -> Result<Value, Error> {
    if kind.is_file() {
        return Err(NO_FILES);
    }
    let seed = ValueSeed(kind);
    match (kind, texts) {
        (ColumnKind::Json, [text]) => read(text.as_bytes(), seed).ok(),
        (_, [text]) => seed
            .deserialize(de::value::StrDeserializer::<de::value::Error>::new(text))
            .ok(),
        (ColumnKind::Json, texts) => serde_json::to_string(texts).map(Value::Text).ok(),
        _ => None,
    }
    .ok_or(Error::InvalidRecord)
}

fn first_byte(body: &[u8]) -> Option<u8> {
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = seed.deserialize(&mut deserializer).map_err(explain)?;
    deserializer.end().map_err(explain)?;
    Ok(value)
}

fn explain(error: serde_json::Error) -> Error {
    match error.classify() {
        Category::Data => Error::InvalidRecord,
        _ => Error::MalformedBody(format!("the body is not JSON: {error}")),
    }
}

/// Reads one record. Names that are no writable column are passed over; of a name given twice the last counts.
struct RecordSeed<'t>(&'t Table);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Assignments;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Assignments;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut slots: Vec<Option<Value>> = self.0.columns.iter().map(|_| None).collect();
        while let Some(position) = map.next_key_seed(NameSeed(self.0))? {
            match position {
                Some(position) => {
                    slots[position] = Some(map.next_value_seed(ValueSeed(self.0.columns[position].kind))?)
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let given = slots.into_iter().enumerate();
        Ok(given.filter_map(|(position, value)| Some((position, value?))).collect())
    }
}

/// Reads the name of a member as the position of a writable column.
struct NameSeed<'t>(&'t Table);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        let position = self.0.position(name);
        Ok(position.filter(|position| self.0.columns[*position].is_writable))
    }
}

/// Reads an array of records; nothing if there are more than a create may have.
struct ArraySeed<'t>(&'t Table);

impl<'de> DeserializeSeed<'de> for ArraySeed<'_> {
    type Value = Option<Vec<Assignments>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ArraySeed<'_> {
    type Value = Option<Vec<Assignments>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while records.len() < limits::BULK_RECORDS_MAX {
            match array.next_element_seed(RecordSeed(self.0))? {
                Some(record) => records.push(record),
                None => return Ok(Some(records)),
            }
        }
        let mut has_more = false;
        while array.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok((!has_more).then_some(records))
    }
}

/// Reads a value for a column of this kind. Nothing is turned from text into a number or back.
struct ValueSeed(ColumnKind);

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            ColumnKind::Json => {}
            // The record is refused for it, see `refuse_files`.
            kind if kind.is_file() => return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Value::Null),
            _ => return deserializer.deserialize_any(self),
        }
        let json = <&RawValue>::deserialize(deserializer)?.get();
        Ok(match json {
            "null" => Value::Null,
            json => Value::Text(json.into()),
        })
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value for a column of the kind {:?}", self.0)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        match self.0 {
            ColumnKind::Integer | ColumnKind::Any => Ok(Value::Integer(value.into())),
            _ => Err(E::invalid_type(de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        match self.0 {
            ColumnKind::Integer | ColumnKind::Any => Ok(Value::Integer(value)),
            ColumnKind::Real => Ok(Value::Real(value as f64)),
            _ => Err(E::invalid_type(de::Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match self.0 {
            ColumnKind::Real => Ok(Value::Real(value as f64)),
            // The protocol has it so: beyond the range of an INTEGER a number wraps around.
            _ => self.visit_i64(value.cast_signed()),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        match self.0 {
            ColumnKind::Real | ColumnKind::Any => Ok(Value::Real(value)),
            _ => Err(E::invalid_type(de::Unexpected::Float(value), &self)),
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        let bytes = match self.0 {
            ColumnKind::Text | ColumnKind::Any => return Ok(Value::Text(value.into())),
            ColumnKind::Blob => blob::parse(value),
            _ => None,
        };
        bytes
            .map(Value::Blob)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(value), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Value, A::Error> {
        if !matches!(self.0, ColumnKind::Blob | ColumnKind::Any) {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let mut bytes = Vec::new();
        while let Some(byte) = array.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(Value::Blob(bytes))
    }
}

#[cfg(test)]
mod tests;
