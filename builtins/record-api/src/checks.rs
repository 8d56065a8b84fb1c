//! Finds the CHECK constraints in the text of a CREATE TABLE that say what a column holds: a UUID, JSON, a geometry.
//!
//! SQLite offers CHECKs as text only. This reads its tokens (so that strings, comments and quoted names cannot mislead
//! it) and looks for `CHECK (function(column` and `CHECK (function('text', column`; anything else is passed over.

use crate::tokens::{self, Kind};

/// A CHECK that begins with a call.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// The function in lower case.
    pub function: String,
    /// The text that it got before the column, if any.
    pub text: Option<String>,
    /// The column that it got.
    pub column: String,
    /// Whether the constraint is this call, with nothing more in it.
    pub is_whole: bool,
}

/// All such CHECKs of a table.
pub fn find(create_table: &str) -> Vec<Check> {
    let tokens: Vec<Kind<'_>> = tokens::read(create_table).into_iter().map(|token| token.kind).collect();
    (0..tokens.len())
        .filter_map(|start| check_at(&tokens[start..]))
        .collect()
}

fn check_at(tokens: &[Kind<'_>]) -> Option<Check> {
    let [
        Kind::Word(check),
        Kind::Symbol('('),
        Kind::Word(function),
        Kind::Symbol('('),
        rest @ ..,
    ] = tokens
    else {
        return None;
    };
    if !check.eq_ignore_ascii_case("check") {
        return None;
    }
    let (text, rest) = match rest {
        [Kind::Text(text), Kind::Symbol(','), rest @ ..] => (Some(text.clone().into_owned()), rest),
        rest => (None, rest),
    };
    let (column, rest) = rest.split_first()?;
    Some(Check {
        function: function.to_ascii_lowercase(),
        text,
        column: column.name()?.to_owned(),
        is_whole: matches!(rest, [Kind::Symbol(')'), Kind::Symbol(')'), ..]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<(String, Option<String>, String, bool)> {
        find(sql)
            .into_iter()
            .map(|check| (check.function, check.text, check.column, check.is_whole))
            .collect()
    }

    #[test]
    fn checks_of_columns_and_of_the_table_are_found() {
        let sql = r#"CREATE TABLE t (
            id BLOB PRIMARY KEY NOT NULL check ( IS_UUID_V7 ( "id" ) ) DEFAULT (uuid_v7()),
            -- CHECK (is_uuid(comment))
            meta TEXT CHECK(jsonschema('it''s', meta, 'image/png')), /* CHECK (is_uuid(b)) */
            place BLOB, CONSTRAINT c CHECK (ST_IsValid(place) AND 1)
        ) STRICT"#;
        assert_eq!(
            found(sql),
            [
                ("is_uuid_v7".into(), None, "id".into(), true),
                ("jsonschema".into(), Some("it's".into()), "meta".into(), false),
                ("st_isvalid".into(), None, "place".into(), false),
            ]
        );
    }

    #[test]
    fn a_check_that_is_weaker_than_its_first_call_is_not_whole() {
        let sql = "CREATE TABLE t (id BLOB PRIMARY KEY CHECK (is_uuid(id) OR 1)) STRICT";
        assert!(!find(sql)[0].is_whole);
    }

    #[test]
    fn text_and_quoted_names_are_no_constraints() {
        let sql = r#"CREATE TABLE "CHECK (is_uuid(a))" (a TEXT DEFAULT 'CHECK (is_uuid(a))', [check] TEXT)"#;
        assert_eq!(found(sql), []);
    }

    #[test]
    fn broken_text_ends_in_peace() {
        for sql in ["'", "\"a", "[", "/*", "--", "CHECK (", "CHECK (f(", "é'é"] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }
}
