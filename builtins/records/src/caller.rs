//! Who makes a request, as far as rules and access lists ask.

use guesthouse::sqlite::Value;

/// Someone who is known, or nobody in particular.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    id: Option<Vec<u8>>,
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Whoever has this id.
    pub fn known(id: Vec<u8>) -> Self {
        Self { id: Some(id) }
    }

    /// Whether it is someone who is known.
    pub fn is_known(&self) -> bool {
        self.id.is_some()
    }

    /// `_USER_.id`: NULL for nobody in particular.
    pub fn to_value(&self) -> Value {
        self.id.clone().map_or(Value::Null, Value::Blob)
    }
}
