//! SQL text that no request can write into.
//!
//! Text comes from three sources only: literals of this program, names that the database's own schema gave and that are
//! quoted here, and rules of the operator that were found to be balanced. Everything that a client sends is bound as a
//! parameter. The types leave no other way.

use std::fmt::Write;

use guesthouse::sqlite::Value;

use crate::rule::RuleText;

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

    /// Adds the names of columns as texts, with commas between them.
    pub fn names<'a>(&mut self, identifiers: impl IntoIterator<Item = &'a Identifier>) -> &mut Self {
        for (index, identifier) in identifiers.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            let name = identifier.0[1..identifier.0.len() - 1].replace("\"\"", "\"");
            self.text.push('\'');
            self.text.push_str(&name.replace('\'', "''"));
            self.text.push('\'');
        }
        self
    }

    /// Adds text of a rule.
    pub fn rule_text(&mut self, text: &RuleText) -> &mut Self {
        self.text.push_str(text.as_str());
        self
    }

    /// Adds a parameter and binds `value` to it.
    pub fn bind(&mut self, value: Value) -> &mut Self {
        let number = self.keep(value);
        self.parameter(number)
    }

    /// Binds `value` to a parameter that is added later; this is its number.
    pub fn keep(&mut self, value: Value) -> usize {
        self.parameters.push(value);
        self.parameters.len()
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
    fn a_quote_in_a_name_cannot_end_the_text() {
        let mut sql = Sql::new("");
        sql.names([&Identifier::from_schema("a\"b'c"), &Identifier::from_schema("d")]);
        assert_eq!(sql.into_text(), "'a\"b''c', 'd'");
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
