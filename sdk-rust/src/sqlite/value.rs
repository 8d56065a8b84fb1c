//! SQLite values to and from Rust types.

use super::Value;

macro_rules! from {
    ($($type:ty => |$value:ident| $made:expr),* $(,)?) => {
        $(impl From<$type> for Value { fn from($value: $type) -> Self { $made } })*
    };
}

from! {
    i64 => |value| Value::Integer(value),
    i32 => |value| Value::Integer(value.into()),
    u32 => |value| Value::Integer(value.into()),
    bool => |value| Value::Integer(value.into()),
    f64 => |value| Value::Real(value),
    String => |value| Value::Text(value),
    &str => |value| Value::Text(value.into()),
    &String => |value| Value::Text(value.clone()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Bytes as a value. (A list of bytes is not turned into one silently: it could be meant as something else.)
pub fn blob(bytes: impl Into<Vec<u8>>) -> Value {
    Value::Blob(bytes.into())
}

/// A Rust type that a value can be read as, without conversion between SQLite's types.
pub trait FromValue<'a>: Sized {
    /// The value, or nothing if it is of another type.
    fn from_value(value: &'a Value) -> Option<Self>;
}

macro_rules! read {
    ($($type:ty: $pattern:pat => $read:expr),* $(,)?) => {
        $(impl<'a> FromValue<'a> for $type {
            fn from_value(value: &'a Value) -> Option<Self> {
                match value { $pattern => $read, _ => None }
            }
        })*
    };
}

read! {
    i64: Value::Integer(value) => Some(*value),
    bool: Value::Integer(value) => Some(*value != 0),
    f64: Value::Real(value) => Some(*value),
    &'a str: Value::Text(value) => Some(value.as_str()),
    String: Value::Text(value) => Some(value.clone()),
    &'a [u8]: Value::Blob(value) => Some(value.as_slice()),
}

impl<'a> FromValue<'a> for &'a Value {
    fn from_value(value: &'a Value) -> Option<Self> {
        Some(value)
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    fn from_value(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
