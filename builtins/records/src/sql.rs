//! SQL text that no request can write into.
//!
//! Text comes from two sources only: literals of this program, and identifiers that the database's own schema named and
//! that are quoted here. Everything that a client sends is bound as a parameter. The types leave no other way.

use std::fmt::Write;

use guesthouse::sqlite::Value;

/// The name of a table or column, quoted. Made from what the schema says, never from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier(String);

impl Identifier {
    /// Quotes a name that was read from the schema.
    pub fn from_schema(name: &str) -> Self {
        Self(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// A statement in the making, or a part that others begin with.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    text: String,
    parameters: Vec<Value>,
}

impl Sql {
    /// Begins with text of the program.
    pub fn new(text: &'static str) -> Self {
        Self {
            text: text.into(),
            parameters: Vec::new(),
        }
    }

    /// Adds text of the program.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds an identifier.
    pub fn identifier(&mut self, identifier: &Identifier) -> &mut Self {
        self.text.push_str(&identifier.0);
        self
    }

    /// Adds identifiers with commas between them.
    pub fn identifiers<'a>(&mut self, identifiers: impl IntoIterator<Item = &'a Identifier>) -> &mut Self {
        for (index, identifier) in identifiers.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.identifier(identifier);
        }
        self
    }

    /// Adds a parameter and binds `value` to it.
    pub fn bind(&mut self, value: Value) -> &mut Self {
        self.parameters.push(value);
        self.parameter(self.parameters.len())
    }

    /// Adds the parameter of this number, for text that is kept and bound later.
    pub fn parameter(&mut self, number: usize) -> &mut Self {
        write!(self.text, "?{number}").expect("writing to a string cannot fail");
        self
    }

    /// Adds another statement, whose parameters keep their numbers: nothing may be bound yet.
    pub fn append(&mut self, other: Self) -> &mut Self {
        assert!(
            self.parameters.is_empty(),
            "two lists of parameters would have the same numbers"
        );
        self.text.push_str(&other.text);
        self.parameters = other.parameters;
        self
    }

    /// The text of a statement that is kept.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The text, and the values bound to its parameters.
    pub fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_name_cannot_end_the_identifier() {
        let name = Identifier::from_schema("a\" ; DROP TABLE b; --");
        assert_eq!(name.0, "\"a\"\" ; DROP TABLE b; --\"");
    }

    #[test]
    fn parameters_are_numbered_in_the_order_of_binding() {
        let mut sql = Sql::new("SELECT ");
        sql.bind(Value::Integer(7)).push(", ").bind(Value::Null);
        let (text, parameters) = sql.into_parts();
        assert_eq!(text, "SELECT ?1, ?2");
        assert!(matches!(parameters[..], [Value::Integer(7), Value::Null]));
    }
}
