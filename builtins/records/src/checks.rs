//! Finds the CHECK constraints in the text of a CREATE TABLE that say what a column holds: a UUID, JSON, a geometry.
//!
//! SQLite offers CHECKs as text only. This reads its tokens (so that strings, comments and quoted names cannot mislead
//! it) and looks for `CHECK (function(column` and `CHECK (function('text', column`; anything else is passed over.

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

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Symbol(char),
}

/// All such CHECKs of a table.
pub fn find(create_table: &str) -> Vec<Check> {
    let tokens = tokens(create_table);
    (0..tokens.len())
        .filter_map(|start| check_at(&tokens[start..]))
        .collect()
}

fn check_at(tokens: &[Token]) -> Option<Check> {
    let [
        Token::Word(check),
        Token::Symbol('('),
        Token::Word(function),
        Token::Symbol('('),
        rest @ ..,
    ] = tokens
    else {
        return None;
    };
    if !check.eq_ignore_ascii_case("check") {
        return None;
    }
    let (text, rest) = match rest {
        [Token::Text(text), Token::Symbol(','), rest @ ..] => (Some(text.clone()), rest),
        rest => (None, rest),
    };
    let [Token::Word(column) | Token::Quoted(column), rest @ ..] = rest else {
        return None;
    };
    Some(Check {
        function: function.to_ascii_lowercase(),
        text,
        column: column.clone(),
        is_whole: matches!(rest, [Token::Symbol(')'), Token::Symbol(')'), ..]),
    })
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            _ if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            _ if rest.starts_with("/*") => (None, rest[2..].find("*/").map_or(rest.len(), |end| end + 4)),
            '\'' => quoted(rest, '\'', Token::Text),
            '"' | '`' => quoted(rest, first, Token::Quoted),
            '[' => {
                let end = rest.find(']').unwrap_or(rest.len());
                (Some(Token::Quoted(rest[1..end].into())), (end + 1).min(rest.len()))
            }
            _ if is_word(first) => {
                let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
                (Some(Token::Word(rest[..end].into())), end)
            }
            _ if first.is_whitespace() => (None, first.len_utf8()),
            _ => (Some(Token::Symbol(first)), first.len_utf8()),
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}

/// A token in quotes, in which the quote itself is doubled, and its length.
fn quoted(sql: &str, quote: char, make: fn(String) -> Token) -> (Option<Token>, usize) {
    let mut content = String::new();
    let mut characters = sql.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return (Some(make(content)), at + 1);
        }
        content.push(character);
    }
    (Some(make(content)), sql.len())
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
