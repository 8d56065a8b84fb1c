//! Tests what is made of an API once.

use super::*;
use crate::examples::{Described, known, notes};

#[test]
fn statements_name_the_columns_of_the_schema() {
    let api = notes();
    assert_eq!(
        api.read.sql.text(),
        r#"SELECT "id", "text", "stars", "score", "data", "any", "meta", "shouted" FROM "notes" AS _ROW_ WHERE "id" = ?1"#
    );
    assert_eq!(api.delete.sql.text(), r#"DELETE FROM "notes" AS _ROW_ WHERE "id" = ?1"#);
    assert_eq!(api.key_index, 0);
}

#[test]
fn a_rule_is_part_of_its_statement_and_takes_the_caller_where_it_asks_for_one() {
    let mut described = Described::notes();
    described.configuration[3] = "_ROW_.text = _USER_.id".into();
    described.configuration[5] = "1".into();
    let api = described.api().unwrap();
    assert!(
        api.read
            .sql
            .text()
            .ends_with(" WHERE \"id\" = ?1 AND (_ROW_.text = ?2\n)")
    );
    assert!(api.delete.sql.text().ends_with(" WHERE \"id\" = ?1 AND (1\n)"));
    let bound = |statement: &Statement| statement.parameters(Key::Integer(1), &known(vec![7])).len();
    assert_eq!((bound(&api.read), bound(&api.delete)), (2, 1));
}

#[test]
fn a_create_that_may_replace_needs_an_update_rule_without_mistakes() {
    let mut described = Described::notes();
    described.configuration[4] = "_user_.id = 1".into();
    let may_create = |described: &Described| {
        let api = described.api().unwrap();
        api.authorize(Operation::Create, &Caller::anonymous())
    };
    assert_eq!(may_create(&described), Ok(()));
    described.configuration[7] = "REPLACE".into();
    assert_eq!(may_create(&described), Err(Error::Forbidden));
}

#[test]
fn a_hidden_key_is_selected_but_not_written() {
    let mut described = Described::notes();
    described.columns[0][0] = "_id".into();
    let api = described.api().unwrap();
    let text = api.read.sql.text();
    assert!(text.starts_with(r#"SELECT "text","#) && text.contains(r#""shouted", "_id" FROM"#));
    assert_eq!(api.key_index, 7);
}
