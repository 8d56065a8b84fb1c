//! `expression_error(expression, tables)`: what is wrong with SQL text that is kept to be an expression of a statement later.
//!
//! NULL where `SELECT ... FROM tables WHERE expression` compiles, else the database's message and the character at which
//! it stumbled. With it a trigger can refuse a wrong expression when it is stored. It compiles with the rights of whoever
//! runs the statement that calls it, and runs nothing.

use rusqlite::Result;

use super::{
    super::{
        authorizer::Authorizer,
        ffi::{Handle, Mistake, OwnConnection},
    },
    random, text_argument,
};

/// An expression has to compile in both: what ends a parenthesis or is more than one expression fits one of them only. The
/// line break ends a comment.
const CONTEXTS: [(&str, &str); 2] = [("(", "\n)"), ("CASE WHEN ", "\nTHEN 1 END")];

pub fn register(handle: &Handle, authorizer: &Authorizer) -> Result<()> {
    let (connection, authorizer) = (OwnConnection::new(handle), authorizer.clone());
    // Not deterministic: the answer changes with the schema.
    handle
        .wrapper()
        .create_scalar_function("expression_error", 2, random(), move |context| {
            let Some(expression) = text_argument(context, 0)? else {
                return Ok(None);
            };
            if expression.contains('\0') {
                return Ok(Some("a NUL character".into()));
            }
            let tables = text_argument(context, 1)?.unwrap_or_default();
            let from = if tables.is_empty() { "" } else { " FROM " };
            for (before, after) in CONTEXTS {
                let before = format!("SELECT 1{from}{tables} WHERE {before}");
                let sql = format!("{before}{expression}{after}");
                if let Err(mistake) = authorizer.aside(|| connection.check(&sql)) {
                    return Ok(Some(explain(mistake, before.len(), expression)));
                }
            }
            Ok(None)
        })
}

fn explain(mistake: Mistake, before: usize, expression: &str) -> String {
    let message = mistake.message;
    let Some(offset) = mistake.offset.and_then(|offset| offset.checked_sub(before)) else {
        return message;
    };
    match expression.get(..offset) {
        Some(correct) => format!("{message}, at character {}", correct.chars().count() + 1),
        None => format!("{message}, at its end"),
    }
}
