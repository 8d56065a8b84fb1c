//! Tests what filters become in a statement.

use guesthouse::sqlite::Value;

use super::*;
use crate::error::Error;
use crate::examples::notes;
use crate::limits;
use crate::sql::Sql;

fn condition_of(query: &str) -> Result<(String, Vec<Value>), Error> {
    let mut sql = Sql::default();
    condition::push(&mut sql, &notes().table, &Filter::parse(query)?.group)?;
    Ok(sql.into_parts())
}

fn sql_of(query: &str) -> String {
    condition_of(query).unwrap().0
}

#[test]
fn filters_become_conditions() {
    for (query, sql) in [
        ("filter[stars]=1", r#""stars" = ?1"#),
        (
            "filter%5Bstars%5D%5B%24gte%5D=1&filter[stars][$lt]=9",
            r#""stars" >= ?1 AND "stars" < ?2"#,
        ),
        (
            "filter[text][$like]=%25a%25&filter[text][$re]=^a",
            r#""text" LIKE ?1 AND "text" REGEXP ?2"#,
        ),
        (
            "filter[data][$is]=NULL&filter[meta][$is]=!NULL",
            r#""data" IS NULL AND "meta" IS NOT NULL"#,
        ),
        (
            "filter[$or][1][stars][$ne]=2&filter[$or][0][stars]=1&filter[text]=a",
            r#""text" = ?1 AND (("stars" = ?2) OR ("stars" <> ?3))"#,
        ),
        (
            "filter[$or][0][stars]=1&filter[$or][1][$and][0][stars]=2&filter[$or][1][$and][1][text]=b",
            r#"(("stars" = ?1) OR (("stars" = ?2) AND ("text" = ?3)))"#,
        ),
        (
            "filter[$and][0][stars]=1&filter[$and][0][text]=a",
            r#"("stars" = ?1 AND "text" = ?2)"#,
        ),
    ] {
        assert_eq!(sql_of(query), sql, "{query}");
    }
}

#[test]
fn values_are_of_the_type_of_the_column() {
    let value_of = |query: &str| format!("{:?}", condition_of(query).unwrap().1[0]);
    for (query, value) in [
        ("filter[stars]=-7", "Value::Integer(-7)"),
        ("filter[score]=7", "Value::Real(7.0)"),
        ("filter[text]=007", r#"Value::Text("007")"#),
        ("filter[text]=a+b", r#"Value::Text("a b")"#),
        ("filter[data]=-_8=", "Value::Blob([251, 255])"),
        ("filter[data]=1234", "Value::Blob([215, 109, 248])"),
        ("filter[any]=7", "Value::Integer(7)"),
        ("filter[any]=7.5", "Value::Real(7.5)"),
        ("filter[any]=nan", r#"Value::Text("nan")"#),
        ("filter[any]=abcd", "Value::Blob([105, 183, 29])"),
    ] {
        assert_eq!(value_of(query), value, "{query}");
    }
}

#[test]
fn filters_that_do_not_fit_are_refused() {
    let nested = |depth: usize| format!("filter{}[stars]=1", "[$or][0]".repeat(depth));
    assert!(condition_of(&nested(limits::FILTER_DEPTH_MAX)).is_ok());
    let many = |count: usize| vec!["filter[stars]=1"; count].join("&");
    assert!(condition_of(&many(limits::FILTER_COMPARISONS_MAX)).is_ok());
    for query in [
        &nested(limits::FILTER_DEPTH_MAX + 1),
        &many(limits::FILTER_COMPARISONS_MAX + 1),
        "filter[stars]=1.5",
        "filter[score]=inf",
        "filter[data]=%2B%2F8=",
        "filter[unknown]=1",
        "filter[_secret]=1",
        "filter[excluded]=1",
        "filter[stars][$like]=1",
        "filter[stars][$is]=null",
        "filter[stars][$drop]=1",
        "filter[data][@within]=POINT(0 0)",
        "filter[stars][$gt][0]=1",
        "filter[stars=1",
        "filter[]=1",
        "filter[stars]x=1",
        "filter[$and][0[stars]]=1",
        "filter[$and]=1",
        "filter[$and][+1][stars]=1",
        "filter[$and][a][stars]=1",
        "filter[$and][0]=1",
    ] {
        assert_eq!(condition_of(query).unwrap_err(), Error::InvalidFilter, "{query}");
    }
}
