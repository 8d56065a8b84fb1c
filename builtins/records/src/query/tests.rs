//! Tests the query string of a list, and that whatever it is nothing of it becomes SQL text.

use guesthouse::sqlite::Value;
use proptest::prelude::*;
use record_api::examples::notes;
use record_api::query::condition;
use record_api::sql::Sql;

use super::*;

fn condition_of(query: &str) -> Result<(String, Vec<Value>), Error> {
    let parsed = ListQuery::parse(query)?;
    let mut sql = Sql::default();
    condition::push(&mut sql, &notes().table, &parsed.filter.group)?;
    Ok(sql.into_parts())
}

#[test]
fn parameters_are_read() {
    let query =
        ListQuery::parse("limit=3&offset=4&cursor=abc&count=TRUE&order=-a,%2Bb,+c,d&skip_cursor=true&x=y").unwrap();
    assert_eq!(
        (query.limit, query.offset, query.cursor.as_deref()),
        (Some(3), 4, Some("abc"))
    );
    assert!(query.wants_count && query.wants_no_cursor && query.filter.group.is_empty());
    let order: Vec<_> = (query.order.iter())
        .map(|order| (order.column.as_str(), order.direction))
        .collect();
    use Direction::{Ascending, Descending};
    assert_eq!(
        order,
        [("a", Descending), ("b", Ascending), ("c", Ascending), ("d", Ascending)]
    );
}

#[test]
fn parameters_that_do_not_parse_are_refused() {
    for (query, error) in [
        ("limit=-1", Error::InvalidQuery),
        ("limit=", Error::InvalidQuery),
        ("offset=x", Error::InvalidQuery),
        ("offset=9223372036854775808", Error::InvalidOffset),
        ("count=yes", Error::InvalidQuery),
        ("order=a,,b", Error::InvalidQuery),
        ("order=a;b", Error::InvalidQuery),
        ("order=a,b,c,d,e,f", Error::InvalidQuery),
        ("geojson=data", Error::InvalidGeometryColumn),
        ("a=%ff", Error::InvalidQuery),
    ] {
        assert_eq!(ListQuery::parse(query).unwrap_err(), error, "{query}");
    }
    assert!(ListQuery::parse("expand=&order=&cursor=&&").is_ok());
}

#[test]
fn a_redirect_goes_where_the_form_says_and_into_no_other_header() {
    for (query, location) in [
        ("redirect_uri=%2Fdone%3Fa%3Db%2523", Some("/done?a=b%23")),
        ("redirect_uri=https://other.example/", Some("https://other.example/")),
        (
            "redirect_uri=/a+b%0d%0aset-cookie:+x",
            Some("/a%20b%0D%0Aset-cookie:%20x"),
        ),
        ("redirect_uri=/%C3%BC", Some("/%C3%BC")),
        ("redirect_uri=", None),
        ("redirect=/a", None),
    ] {
        assert_eq!(redirect(query).unwrap().as_deref(), location, "{query}");
    }
    assert_eq!(redirect("redirect_uri=%ff"), Err(Error::InvalidQuery));
}

/// Of what filters are made, and attacks.
static PIECES: [&str; 43] = [
    "filter[",
    "][",
    "]=",
    "[",
    "]",
    "=",
    "&",
    "$and",
    "$or",
    "0",
    "1",
    "$eq",
    "$like",
    "$is",
    "NULL",
    "!NULL",
    "stars",
    "text",
    "any",
    "data",
    "_secret",
    "id",
    "order=",
    "-",
    "limit=",
    "cursor=",
    "count=1",
    "offset=1",
    "expand=stars",
    ",",
    "'",
    "\"",
    "%22",
    "%00",
    ";",
    "--",
    "/*",
    ") OR 1=1",
    "?1",
    "DROP TABLE notes",
    "filter[any]=",
    "filter[text][$like]=",
    "filter[$or][0][",
];

/// A piece of a query.
pub fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// What is left of a statement or condition when all that it may consist of is taken out.
pub fn remainder(sql: &str) -> String {
    let mut rest = sql.to_owned();
    let names = ["notes", "place", "code", "plan"];
    let columns = ["id", "text", "stars", "score", "data", "any", "meta", "shouted"];
    for column in columns.into_iter().chain(names) {
        rest = rest.replace(&format!("\"{column}\""), " ");
    }
    for word in [
        "SELECT record.*",
        "SELECT count(*)",
        "SELECT",
        "FROM",
        "AS record",
        "AS _ROW_",
        "LEFT JOIN",
        "WHERE",
        "ORDER BY",
        "ASC",
        "DESC",
        "LIMIT",
        "OFFSET",
        "record.",
        "AS e0",
        "AS e1",
        "e0.",
        "e1.",
        " ON ",
        ",",
        "IS NOT NULL",
        "IS NULL",
        "LIKE",
        "REGEXP",
        "AND",
        "OR",
        "<>",
        "<=",
        ">=",
        "=",
        "<",
        ">",
        "(",
        ")",
    ] {
        rest = rest.replace(word, " ");
    }
    let is_parameter = |word: &&str| {
        word.strip_prefix('?')
            .is_some_and(|number| number.parse::<u16>().is_ok())
    };
    rest.split_whitespace().filter(|word| !is_parameter(word)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_string_becomes_sql_text(pieces in proptest::collection::vec(piece(), 0..24)) {
        if let Ok((sql, parameters)) = condition_of(&pieces.concat()) {
            prop_assert_eq!(remainder(&sql), "");
            prop_assert_eq!(sql.matches('?').count(), parameters.len());
        }
    }

    #[test]
    fn every_text_is_a_value_and_nothing_else(text in any::<String>()) {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let (sql, parameters) = condition_of(&format!("filter[text]={encoded}&filter[$or][0][text][$like]={encoded}")).unwrap();
        prop_assert_eq!(sql, r#""text" = ?1 AND (("text" LIKE ?2))"#);
        for parameter in parameters {
            prop_assert!(matches!(parameter, Value::Text(value) if value == text));
        }
    }
}
