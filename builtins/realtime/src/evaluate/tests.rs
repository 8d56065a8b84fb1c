//! Tests what is asked of the database for a change, and how its answer is read.

use guesthouse::sqlite::params;
use record_api::examples::{Described, notes, rows};

use super::*;
use crate::filter;

fn names() -> Vec<String> {
    [
        "id", "text", "stars", "score", "data", "any", "meta", "_secret", "excluded",
    ]
    .map(str::to_owned)
    .into()
}

fn values() -> Vec<Value> {
    let none = None::<i64>;
    params![1, "a", 5, none, none, none, none, 3, "x"]
}

fn asked(api: &Api, text: &str, callers: &[&Audience]) -> Result<(String, String), Mistake> {
    let (names, values) = (names(), values());
    let group = filter::parse(text).unwrap().group;
    let (sql, parameters) = statement(api, &group, Image::new(&names, &values), callers)?;
    Ok((sql, format!("{parameters:?}")))
}

fn ruled(rule: &str) -> Api {
    let mut described = Described::notes();
    described.configuration[3] = rule.into();
    described.api().unwrap()
}

#[test]
fn a_filter_is_asked_of_the_columns_that_it_names() {
    let (sql, parameters) = asked(&notes(), "[stars][$gt]=3", &[&Audience::Unknown]).unwrap();
    assert_eq!(
        sql,
        "SELECT '' FROM (SELECT \"id\", \"stars\" FROM \"notes\" WHERE 0 UNION ALL SELECT ?1, ?2 LIMIT 1) AS _ROW_ \
         WHERE \"stars\" > ?3"
    );
    assert_eq!(parameters, "[Value::Integer(1), Value::Integer(5), Value::Integer(3)]");
}

#[test]
fn a_rule_sees_hidden_and_excluded_columns_too() {
    let api = ruled("_ROW_._secret = 3 OR _ROW_.EXCLUDED = 'x'");
    let (sql, _) = asked(&api, "[text]=a", &[]).unwrap();
    assert_eq!(
        sql,
        "SELECT '' FROM (SELECT \"id\", \"text\", \"_secret\", \"excluded\" FROM \"notes\" WHERE 0 \
         UNION ALL SELECT ?1, ?2, ?3, ?4 LIMIT 1) AS _ROW_ \
         WHERE \"text\" = ?5 AND (_ROW_._secret = 3 OR _ROW_.EXCLUDED = 'x'\n)"
    );
}

#[test]
fn all_callers_are_one_statement() {
    let api = ruled("_ROW_.data = _USER_.id");
    let callers = [&Audience::Caller(vec![0x0a, 0xff]), &Audience::Unknown];
    let (sql, parameters) = asked(&api, "", &callers).unwrap();
    assert_eq!(
        sql,
        "SELECT group_concat(_USER_.\"_USER_ place\") \
         FROM (SELECT key AS \"_USER_ place\", unhex(value) AS \"_USER_ id\" FROM json_each(?1)) AS _USER_, \
         (SELECT \"id\", \"data\" FROM \"notes\" WHERE 0 UNION ALL SELECT ?2, ?3 LIMIT 1) AS _ROW_ \
         WHERE (_ROW_.data = _USER_.\"_USER_ id\"\n)"
    );
    assert_eq!(
        parameters,
        r#"[Value::Text("[\"0aff\",null]"), Value::Integer(1), Value::Null]"#
    );
}

#[test]
fn what_a_change_cannot_tell_is_not_asked() {
    let api = ruled("_ROW_.shouted = 'A'");
    let (sql, _) = asked(&api, "", &[]).unwrap();
    assert!(sql.contains("SELECT \"id\" FROM"), "{sql}");
    let (names, values) = (["id".to_owned()], params![1]);
    let group = filter::parse("[stars]=1").unwrap().group;
    let outdated = statement(&notes(), &group, Image::new(&names, &values), &[]).unwrap_err();
    assert_eq!(outdated, Mistake::Outdated(Outdated("stars".into())));
}

#[test]
fn a_filter_that_does_not_fit_is_a_mistake() {
    for text in ["[unknown]=1", "[_secret]=1", "[stars]=x"] {
        let mistake = Mistake::Filter(Error::InvalidFilter);
        assert_eq!(asked(&notes(), text, &[]).unwrap_err(), mistake, "{text}");
    }
}

#[test]
fn a_probe_has_a_value_of_every_kind() {
    let group = filter::parse("[text][$re]=(&[score]=1&[data]=AA==").unwrap().group;
    let (_, parameters) = probe(&notes(), &group).unwrap();
    assert_eq!(
        format!("{:?}", &parameters[..4]),
        r#"[Value::Integer(0), Value::Text(""), Value::Real(0.0), Value::Blob([])]"#
    );
}

#[test]
fn the_answer_names_places() {
    let asking = ruled("_ROW_.data = _USER_.id");
    let read = |api: &Api, answer: &[Vec<Value>]| Verdict::read(api, &rows(answer)).unwrap();
    assert_eq!(read(&notes(), &[]), Verdict::Nobody);
    assert_eq!(read(&notes(), &[params![""]]), Verdict::All);
    assert_eq!(read(&asking, &[params![None::<&str>]]), Verdict::Nobody);
    let verdict = read(&asking, &[params!["7,0,10"]]);
    assert_eq!(
        [0, 1, 7, 10].map(|place| verdict.is_for(place)),
        [true, false, true, true]
    );
}
