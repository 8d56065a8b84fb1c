//! The tokens of SQL text, and where each stands: read as SQLite reads them, so that strings, comments and quoted names
//! mislead nobody.

use std::borrow::Cow;

/// A token, without white space and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind<'a>,
    /// The first byte of it in the text.
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A keyword, a name, or a number.
    Word(&'a str),
    /// A name in quotes, without them.
    Quoted(Cow<'a, str>),
    /// A string, without its quotes.
    Text(Cow<'a, str>),
    /// Any other character.
    Symbol(char),
    /// A string, quoted name or comment that lacks its end: all the rest of the text.
    Unterminated,
}

impl Kind<'_> {
    /// The name that this is or could be.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) => Some(name),
            Self::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// All tokens of a text.
pub fn read(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = first(&sql[start..]) {
        let end = start + length;
        tokens.extend(kind.map(|kind| Token { kind, start, end }));
        start = end;
    }
    tokens
}

/// What the text begins with, which is nothing for white space and comments, and its length in bytes.
fn first(rest: &str) -> Option<(Option<Kind<'_>>, usize)> {
    let first = rest.chars().next()?;
    Some(match first {
        _ if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
        _ if rest.starts_with("/*") => match rest[2..].find("*/") {
            Some(end) => (None, end + 4),
            None => (Some(Kind::Unterminated), rest.len()),
        },
        '\'' => quoted(rest, first, Kind::Text),
        '"' | '`' => quoted(rest, first, Kind::Quoted),
        '[' => match rest.find(']') {
            Some(end) => (Some(Kind::Quoted(rest[1..end].into())), end + 1),
            None => (Some(Kind::Unterminated), rest.len()),
        },
        _ if is_word(first) => {
            let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            (Some(Kind::Word(&rest[..end])), end)
        }
        _ if first.is_ascii_whitespace() => (None, 1),
        _ => (Some(Kind::Symbol(first)), first.len_utf8()),
    })
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}

/// A token in quotes, in which the quote itself is doubled.
fn quoted<'a>(rest: &'a str, quote: char, kind: fn(Cow<'a, str>) -> Kind<'a>) -> (Option<Kind<'a>>, usize) {
    let mut end = 1;
    while let Some(found) = rest[end..].find(quote) {
        end += found + 1;
        if !rest[end..].starts_with(quote) {
            let content = &rest[1..end - 1];
            let content = match content.contains(quote) {
                true => Cow::Owned(content.replace(&format!("{quote}{quote}"), &quote.to_string())),
                false => Cow::Borrowed(content),
            };
            return (Some(kind(content)), end);
        }
        end += 1;
    }
    (Some(Kind::Unterminated), rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(sql: &str) -> Vec<Kind<'_>> {
        read(sql).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn quotes_are_undone() {
        assert_eq!(
            kinds(r#"'it''s' "a""b" `c` [d"e] ''"#),
            [
                Kind::Text("it's".into()),
                Kind::Quoted("a\"b".into()),
                Kind::Quoted("c".into()),
                Kind::Quoted("d\"e".into()),
                Kind::Text("".into()),
            ]
        );
    }

    #[test]
    fn comments_are_white_space() {
        assert_eq!(kinds("a -- '\n/* ' */ b--"), [Kind::Word("a"), Kind::Word("b")]);
    }

    #[test]
    fn what_lacks_its_end_takes_all_the_rest() {
        for sql in ["'a", "\"a", "`a", "[a", "/*/", "/* *", "'a''", "'a''b"] {
            assert_eq!(kinds(sql), [Kind::Unterminated], "{sql}");
        }
    }

    #[test]
    fn places_are_in_bytes() {
        let tokens = read("'ä' = é(");
        let places: Vec<_> = tokens.iter().map(|token| (token.start, token.end)).collect();
        assert_eq!(places, [(0, 4), (5, 6), (7, 9), (9, 10)]);
    }

    proptest! {
        #[test]
        fn tokens_follow_one_another(sql in ".{0,60}") {
            let mut end = 0;
            for token in read(&sql) {
                prop_assert!(token.start >= end && token.end > token.start);
                prop_assert!(sql.is_char_boundary(token.start) && sql.is_char_boundary(token.end));
                end = token.end;
            }
            prop_assert!(end <= sql.len());
        }
    }
}
