//! What only the text of a view tells: which columns are the greatest or least of something, and how it joins.

use std::collections::{HashMap, HashSet};

use crate::tokens::{self, Kind, Token};

/// How a view, and every view that it reads, puts rows together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// LEFT, RIGHT or FULL stands somewhere: a column may be NULL though that of its table never is.
    pub has_outer_join: bool,
    /// UNION, INTERSECT or EXCEPT stands somewhere: a column may have values of several tables.
    pub is_compound: bool,
}

/// A column `max(...)` or `min(...)`.
#[derive(Debug, PartialEq, Eq)]
pub struct Extreme {
    /// Its position in the view.
    pub position: usize,
    /// The view's SELECT with one more column before all others: that of which it is the greatest or least.
    pub select: String,
}

/// The shape of a view; `texts` has the text of every view by its name in lower case.
pub fn shape(view: &str, texts: &HashMap<String, &str>) -> Shape {
    let mut shape = Shape::default();
    let mut seen = HashSet::new();
    let mut unread = vec![view.to_ascii_lowercase()];
    while let Some(view) = unread.pop() {
        let Some(text) = texts.get(&view).filter(|_| seen.insert(view.clone())) else {
            continue;
        };
        for Token { kind, .. } in tokens::read(text) {
            if let Kind::Word(word) = kind {
                let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
                shape.has_outer_join |= ["left", "right", "full"].into_iter().any(is);
                shape.is_compound |= ["union", "intersect", "except"].into_iter().any(is);
            }
            unread.extend(kind.name().map(str::to_ascii_lowercase));
        }
    }
    shape
}

/// The columns of a view that are `max(...)` or `min(...)` of one thing. Behind a `*` nobody knows which column is which
/// from the text alone, so none is found there.
pub fn extremes(create_view: &str) -> Vec<Extreme> {
    let tokens = tokens::read(create_view);
    let Some((body, columns)) = result_columns(&tokens) else {
        return Vec::new();
    };
    let mut extremes = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        if matches!(
            column.last(),
            Some(Token {
                kind: Kind::Symbol('*'),
                ..
            })
        ) {
            break;
        }
        if let Some(of) = of_extreme(column) {
            let before = &create_view[body..columns[0][0].start];
            let (of, all) = (&create_view[of.start..of.end], &create_view[columns[0][0].start..]);
            extremes.push(Extreme {
                position,
                select: format!("{before} {of}, {all}"),
            });
        }
    }
    extremes
}

/// Where the SELECT of a view begins (with its WITH), and the tokens of each result column.
fn result_columns<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(usize, Vec<&'t [Token<'a>]>)> {
    let outer = outside_parentheses(tokens);
    let find = |keyword: &str, from: usize| {
        let mut found = (from..tokens.len()).filter(|at| outer[*at] && is_word(&tokens[*at], keyword));
        found.next()
    };
    let body = find("as", 0)? + 1;
    let mut start = find("select", body)? + 1;
    if is_word(tokens.get(start)?, "distinct") || is_word(tokens.get(start)?, "all") {
        start += 1;
    }
    let end = find("from", start)?;
    let is_comma = |at: &usize| outer[*at] && tokens[*at].kind == Kind::Symbol(',');
    let mut columns = Vec::new();
    for comma in (start..end).filter(is_comma).chain([end]) {
        columns.push(&tokens[start..comma]);
        start = comma + 1;
    }
    let all_there = columns.iter().all(|column| !column.is_empty());
    all_there.then_some((tokens[body].start, columns))
}

/// For each token whether it stands outside of all parentheses.
fn outside_parentheses(tokens: &[Token<'_>]) -> Vec<bool> {
    let mut depth = 0_usize;
    let outside = |token: &Token<'_>| {
        if token.kind == Kind::Symbol(')') {
            depth = depth.saturating_sub(1);
        }
        let outside = depth == 0;
        if token.kind == Kind::Symbol('(') {
            depth += 1;
        }
        outside
    };
    tokens.iter().map(outside).collect()
}

/// Where the argument stands in `max(...)` or `min(...)`, which has one argument and at most a name behind it.
fn of_extreme(column: &[Token<'_>]) -> Option<std::ops::Range<usize>> {
    let [function, rest @ ..] = column else { return None };
    let outer = outside_parentheses(rest);
    let close = (1..rest.len()).find(|at| outer[*at])?;
    let (argument, behind) = (&rest[1..close], &rest[close + 1..]);
    let is_call = rest[0].kind == Kind::Symbol('(') && rest[close].kind == Kind::Symbol(')');
    let is_extreme = is_word(function, "max") || is_word(function, "min");
    let is_named = match behind {
        [] => true,
        [name] => name.kind.name().is_some(),
        [keyword, name] => is_word(keyword, "as") && name.kind.name().is_some(),
        _ => false,
    };
    let is_one = {
        let depths = outside_parentheses(argument);
        !(0..argument.len()).any(|at| depths[at] && argument[at].kind == Kind::Symbol(','))
    };
    let (first, last) = (argument.first()?, argument.last()?);
    (is_call && is_extreme && is_named && is_one).then_some(first.start..last.end)
}

fn is_word(token: &Token<'_>, keyword: &str) -> bool {
    matches!(token.kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<(usize, String)> {
        let extremes = extremes(sql).into_iter();
        extremes.map(|extreme| (extreme.position, extreme.select)).collect()
    }

    #[test]
    fn the_greatest_and_the_least_are_found_where_they_stand() {
        let sql = r#"CREATE VIEW "as" (a, b) AS SELECT x, MAX ( t."id" ) AS id, (SELECT min(y) FROM u), min(f(1, 2)) FROM t GROUP BY x"#;
        let rest = r#"x, MAX ( t."id" ) AS id, (SELECT min(y) FROM u), min(f(1, 2)) FROM t GROUP BY x"#;
        assert_eq!(
            found(sql),
            [
                (1, format!("SELECT  t.\"id\", {rest}")),
                (3, format!("SELECT  f(1, 2), {rest}")),
            ]
        );
        assert_eq!(
            found("CREATE VIEW v AS WITH c AS (SELECT id FROM t) SELECT DISTINCT max(id) i FROM c"),
            [(
                0,
                "WITH c AS (SELECT id FROM t) SELECT DISTINCT  id, max(id) i FROM c".into()
            )]
        );
    }

    #[test]
    fn what_is_something_else_is_not() {
        for sql in [
            "CREATE VIEW v AS SELECT max(a, b), max(id) + 1, -max(id), maximum(id), max(id) OVER () FROM t",
            "CREATE VIEW v AS SELECT *, max(id) FROM t",
            "CREATE VIEW v AS SELECT t.*, max(id) FROM t",
            "CREATE VIEW v AS SELECT 'max(id)', max FROM t",
            "CREATE VIEW v AS SELECT max() FROM t",
            "CREATE VIEW v AS SELECT max(id)",
            "CREATE VIEW v AS VALUES (1)",
            "CREATE VIEW v AS SELECT ,max(id) FROM t",
            "CREATE VIEW v AS SELECT max(id FROM t",
            "CREATE VIEW v AS",
            "",
        ] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }

    #[test]
    fn the_shape_is_that_of_all_views_below() {
        let texts = HashMap::from([
            (
                "plain".to_owned(),
                "CREATE VIEW plain AS SELECT \"left\", 'union' FROM t -- FULL",
            ),
            ("outer".to_owned(), "CREATE VIEW outer AS SELECT * FROM a Left JOIN b"),
            (
                "above".to_owned(),
                "CREATE VIEW above AS SELECT * FROM [Outer] JOIN above",
            ),
            (
                "both".to_owned(),
                "CREATE VIEW both AS SELECT * FROM above UNION SELECT 1",
            ),
        ]);
        let shape = |view: &str| {
            let shape = shape(view, &texts);
            (shape.has_outer_join, shape.is_compound)
        };
        assert_eq!(shape("Plain"), (false, false));
        assert_eq!(shape("outer"), (true, false));
        assert_eq!(shape("above"), (true, false));
        assert_eq!(shape("both"), (true, true));
    }
}
