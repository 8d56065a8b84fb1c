//! Tests what a request may expand, and how a record is written with it.

use guesthouse::sqlite::params;

use super::*;
use crate::examples::{Described, notes};

fn written(list: &str, row: &[Value]) -> String {
    let api = Described::expanding().api().unwrap();
    let mut body = Vec::new();
    api.writer
        .write(&mut body, row, &Expand::parse(&api, list).unwrap())
        .unwrap();
    String::from_utf8(body).unwrap()
}

fn record(stars: Option<i64>, expanded: Vec<Value>) -> Vec<Value> {
    let none = None::<&str>;
    let record = params![1, "a", stars, none, guesthouse::sqlite::blob(*b"abc"), none, none, none];
    [record, expanded].concat()
}

#[test]
fn only_what_is_configured_can_be_expanded() {
    let api = Described::expanding().api().unwrap();
    for list in [
        "text",
        "stars,text",
        "place",
        "stars,",
        ",",
        " stars",
        "data,stars,data,stars,data,stars",
    ] {
        assert_eq!(
            Expand::parse(&api, list).unwrap_err(),
            Error::InvalidExpansion,
            "{list}"
        );
    }
    assert_eq!(Expand::parse(&notes(), "stars").unwrap_err(), Error::InvalidExpansion);
    assert!(Expand::parse(&notes(), "").unwrap().is_empty());
    assert_eq!(
        Expand::parse(&api, "data,stars,data,stars,data").unwrap().0.len(),
        limits::EXPANSIONS_MAX
    );
}

#[test]
fn a_reference_is_an_object_whether_it_is_expanded_or_not() {
    let rest = r#""score":null,"data":{"id":"YWJj"},"any":null,"meta":null,"shouted":null}"#;
    assert_eq!(
        written("", &record(Some(7), vec![])),
        format!(r#"{{"id":1,"text":"a","stars":{{"id":7}},{rest}"#)
    );
    assert_eq!(
        written("", &record(None, vec![])),
        format!(r#"{{"id":1,"text":"a","stars":null,{rest}"#)
    );
}

#[test]
fn the_row_is_written_where_it_is_asked_for_and_there() {
    let place = || params![1, "c", "{\"wide\": 2}"];
    let none = || params![0, None::<&str>, None::<&str>];
    let data = r#""data":{"code":"c","plan":{"wide": 2}}"#;
    assert!(written("stars", &record(Some(7), place())).contains(&format!(r#""stars":{{"id":7,{data}}},"score""#)));
    assert!(written("stars", &record(Some(7), none())).contains(r#""stars":{"id":7},"#));
    assert!(written("stars", &record(None, none())).contains(r#""stars":null,"#));
    let both = written("data,stars", &record(Some(7), [none(), place()].concat()));
    assert!(
        both.contains(&format!(r#""stars":{{"id":7,{data}}}"#)) && both.contains(r#""data":{"id":"YWJj"}"#),
        "{both}"
    );
}

#[test]
fn every_expansion_has_a_table_of_its_own() {
    let api = Described::expanding().api().unwrap();
    let sql = Expand::parse(&api, "data,stars").unwrap().join(api.read.sql.clone());
    assert_eq!(
        sql.text(),
        r#"SELECT record.*, e0."code" IS NOT NULL, e0."code", e0."plan", e1."code" IS NOT NULL, e1."code", e1."plan" FROM ("#
            .to_owned()
            + api.read.sql.text()
            + r#") AS record LEFT JOIN "place" AS e0 ON e0."code" = record."data" LEFT JOIN "place" AS e1 ON e1."code" = record."stars""#
    );
    assert_eq!(Expand::default().join(api.read.sql.clone()).text(), api.read.sql.text());
}
