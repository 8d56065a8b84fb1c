//! Tests which SQL a list becomes, and the body of its answer.

use guesthouse::sqlite::params;
use proptest::prelude::*;
use record_api::examples::{Described, notes, rows};

use super::*;
use crate::query::tests::{piece, remainder};

const FROM: &str = r#"SELECT "id", "text", "stars", "score", "data", "any", "meta", "shouted" FROM "notes" AS _ROW_"#;

fn plan(query: &str) -> Result<(Option<String>, bool), Error> {
    plan_of(&notes(), query)
}

fn plan_of(api: &Api, query: &str) -> Result<(Option<String>, bool), Error> {
    let query = ListQuery::parse(query)?;
    let plan = Plan::new(api, &Caller::anonymous(), &query, &Expand::parse(api, &query.expand)?)?;
    Ok((plan.records.map(Sql::into_text), plan.can_have_cursor))
}

fn tail(query: &str) -> String {
    let text = plan(query).unwrap().0.unwrap();
    text.strip_prefix(FROM).unwrap().to_owned()
}

#[test]
fn the_newest_key_comes_first_unless_an_order_is_given() {
    assert_eq!(tail(""), r#" ORDER BY "id" DESC LIMIT ?1"#);
    assert_eq!(tail("order=id&offset=3"), r#" ORDER BY "id" ASC LIMIT ?1 OFFSET ?2"#);
    assert_eq!(
        tail("order=-stars,text&filter[stars][$gt]=1"),
        r#" WHERE "stars" > ?1 ORDER BY "stars" DESC, "text" ASC, "id" ASC LIMIT ?2"#
    );
}

#[test]
fn a_cursor_continues_behind_its_key_in_the_direction_of_the_order() {
    let cursor = notes().cursors.seal(Key::Integer(5));
    assert_eq!(
        tail(&format!("cursor={cursor}&filter[stars]=1")),
        r#" WHERE "id" < ?1 AND "stars" = ?2 ORDER BY "id" DESC LIMIT ?3"#
    );
    assert_eq!(
        tail(&format!("cursor={cursor}&order=%2Bid,text")),
        r#" WHERE "id" > ?1 ORDER BY "id" ASC LIMIT ?2"#
    );
    let ordered = plan(&format!("cursor={cursor}&order=text,id"));
    assert_eq!(ordered, Err(Error::NoCursor));
    assert_eq!(plan("cursor=AAAA"), Err(Error::BadCursor));
    assert_eq!(plan("cursor=*"), Err(Error::BadCursorEncoding));
}

#[test]
fn an_or_beside_a_cursor_does_not_widen_it() {
    let cursor = notes().cursors.seal(Key::Integer(5));
    assert_eq!(
        tail(&format!(
            "cursor={cursor}&filter[$or][0][stars]=1&filter[$or][1][stars]=2"
        )),
        r#" WHERE "id" < ?1 AND (("stars" = ?2) OR ("stars" = ?3)) ORDER BY "id" DESC LIMIT ?4"#
    );
}

#[test]
fn a_rule_stands_between_cursor_and_filter_in_parentheses_of_its_own() {
    let mut described = Described::notes();
    described.configuration[3] = "_ROW_.stars = 1 OR _ROW_.text = _USER_.id".into();
    let api = described.api().unwrap();
    let cursor = api.cursors.seal(Key::Integer(5));
    let query = format!("cursor={cursor}&filter[stars]=1&count=true");
    let query = ListQuery::parse(&query).unwrap();
    let plan = Plan::new(&api, &Caller::anonymous(), &query, &Expand::default()).unwrap();
    let rule = "(_ROW_.stars = 1 OR _ROW_.text = ?2\n)";
    assert_eq!(
        plan.records.unwrap().into_text(),
        format!(r#"{FROM} WHERE "id" < ?1 AND {rule} AND "stars" = ?3 ORDER BY "id" DESC LIMIT ?4"#)
    );
    assert_eq!(
        count(&api, &Caller::anonymous(), &query).unwrap().into_text(),
        format!(
            r#"SELECT count(*) FROM "notes" AS _ROW_ WHERE {} AND "stars" = ?2"#,
            rule.replace("?2", "?1")
        )
    );
}

#[test]
fn limits_are_those_of_the_api() {
    assert_eq!(plan("limit=0").unwrap().0, None);
    assert_eq!(plan("limit=1025"), Err(Error::LimitTooLarge(1024)));
    let mut described = Described::notes();
    described.configuration[10] = 10.into();
    let api = described.api().unwrap();
    let of = |query: &str| limit(&api, &ListQuery::parse(query).unwrap());
    assert_eq!(
        (of(""), of("limit=10"), of("limit=11")),
        (Ok(10), Ok(10), Err(Error::LimitTooLarge(10)))
    );
}

#[test]
fn an_order_by_what_clients_do_not_see_is_rejected() {
    for column in ["unknown", "_secret", "excluded"] {
        assert_eq!(plan(&format!("order={column}")), Err(Error::Rejected), "{column}");
    }
}

#[test]
fn a_count_looks_at_the_filter_alone() {
    let query = ListQuery::parse("count=true&limit=1&offset=2&order=text&filter[stars]=1").unwrap();
    let sql = count(&notes(), &Caller::anonymous(), &query).unwrap().into_text();
    assert_eq!(sql, r#"SELECT count(*) FROM "notes" AS _ROW_ WHERE "stars" = ?1"#);
}

#[test]
fn a_page_has_a_cursor_where_it_has_a_record() {
    let api = notes();
    let none = None::<&str>;
    let empty = rows(&[]);
    let page = rows(&[
        params![9, "a", 1, 0.5, none, "x", r#"{"a":1}"#, "A"],
        params![8, "b", none, none, none, none, none, "B"],
    ]);
    let text = |records, total, gives_cursor| {
        String::from_utf8(body(&api, &Expand::default(), records, total, gives_cursor).unwrap()).unwrap()
    };
    let records = concat!(
        r#""records":[{"id":9,"text":"a","stars":1,"score":0.5,"data":null,"any":"x","meta":{"a":1},"shouted":"A"},"#,
        r#"{"id":8,"text":"b","stars":null,"score":null,"data":null,"any":null,"meta":null,"shouted":"B"}]}"#
    );
    let cursor = api.cursors.seal(Key::Integer(8));
    assert_eq!(
        text(Some(&page), None, true),
        format!(r#"{{"cursor":"{cursor}",{records}"#)
    );
    assert_eq!(
        text(Some(&page), Some(2), false),
        format!(r#"{{"total_count":2,{records}"#)
    );
    assert_eq!(text(Some(&empty), None, true), r#"{"records":[]}"#);
    assert_eq!(text(None, Some(7), true), r#"{"total_count":7,"records":[]}"#);
}

#[test]
fn what_is_expanded_is_joined_around_the_page_and_keeps_its_order() {
    let api = Described::expanding().api().unwrap();
    let sql = plan_of(&api, "expand=stars&order=text&filter[stars]=1&limit=3")
        .unwrap()
        .0
        .unwrap();
    let expected = r#"SELECT record.*, e0."code" IS NOT NULL, e0."code", e0."plan" FROM ("#.to_owned()
        + FROM
        + r#" WHERE "stars" = ?1 ORDER BY "text" ASC, "id" ASC LIMIT ?2) AS record"#
        + r#" LEFT JOIN "place" AS e0 ON e0."code" = record."stars" ORDER BY record."text" ASC, record."id" ASC"#;
    assert_eq!(sql, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_query_string_becomes_sql_text(pieces in proptest::collection::vec(piece(), 0..24)) {
        let api = Described::expanding().api().unwrap();
        let text = pieces.concat();
        let planned = ListQuery::parse(&text).and_then(|query| {
            let plan = Plan::new(&api, &Caller::anonymous(), &query, &Expand::parse(&api, &query.expand)?)?;
            Ok([plan.records, Some(count(&api, &Caller::anonymous(), &query)?)])
        });
        for (sql, parameters) in planned.into_iter().flatten().flatten().map(Sql::into_parts) {
            prop_assert_eq!(remainder(&sql), "");
            prop_assert_eq!(sql.matches('?').count(), parameters.len());
        }
    }
}
