//! PATCH of one record.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Value};
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::error::Error;
use record_api::id::Key;
use record_api::rule::Requested;
use record_api::schema::Table;
use record_api::sql::Sql;

use crate::body;
use crate::decode::Assignments;
use crate::write::Write;

/// Sets the columns that the body names.
pub async fn update(
    database: &Database,
    api: &Api,
    caller: &Caller,
    id: &str,
    request: Request,
) -> Result<Response, Error> {
    api.authorize(Operation::Update, caller)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let assignments = body::one(&api.table, request).await?;
    Write::update(api, caller, key, assignments)?.alone(database).await?;
    Ok(Response::new(200, Vec::new()))
}

/// Sets what the body names, if the rule holds. A key in the body is allowed where it is the one in the path, and then
/// changes nothing.
pub fn statement(api: &Api, caller: &Caller, key: Key, assignments: Assignments) -> Result<Sql, Error> {
    let table = &api.table;
    let mut sql = Sql::new("UPDATE ");
    sql.identifier(&table.identifier).push(" AS _ROW_ SET ");
    let key_number = sql.keep(key.to_value());
    let mut numbers = Vec::with_capacity(assignments.len());
    let mut is_first = true;
    for (position, value) in assignments {
        if position == table.key {
            check_key(table, key, &value)?;
            numbers.push((position, key_number));
            continue;
        }
        if !std::mem::replace(&mut is_first, false) {
            sql.push(", ");
        }
        let number = sql.keep(value);
        sql.identifier(&table.columns[position].identifier)
            .push(" = ")
            .parameter(number);
        numbers.push((position, number));
    }
    if is_first {
        return Err(Error::NoValues);
    }
    sql.push(" WHERE ")
        .identifier(&table.key_column().identifier)
        .push(" = ")
        .parameter(key_number);
    if let Some(rule) = api.access.rule(Operation::Update) {
        let requested = Requested {
            table,
            numbers: &numbers,
        };
        sql.push(" AND ");
        rule.push(&mut sql, caller, Some(&requested));
    }
    Ok(sql)
}

fn check_key(table: &Table, key: Key, value: &Value) -> Result<(), Error> {
    match Key::from_value(table.key_kind, value) == Some(key) {
        true => Ok(()),
        false => Err(Error::InvalidRecord),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;
    use record_api::examples::notes;

    fn sql_of(body: &str) -> Result<String, Error> {
        let api = notes();
        let assignments = decode::one(&api.table, body.as_bytes())?;
        Ok(statement(&api, &Caller::anonymous(), Key::Integer(7), assignments)?.into_text())
    }

    #[test]
    fn only_what_the_body_names_is_set() {
        assert_eq!(
            sql_of(r#"{"text": "a", "_secret": 1, "nothing": 2, "id": 7}"#).unwrap(),
            r#"UPDATE "notes" AS _ROW_ SET "text" = ?2, "_secret" = ?3 WHERE "id" = ?1"#
        );
    }

    #[test]
    fn another_key_is_refused_and_so_is_a_body_that_sets_nothing() {
        assert_eq!(sql_of(r#"{"text": "a", "id": 8}"#), Err(Error::InvalidRecord));
        assert_eq!(sql_of(r#"{"text": "a", "id": null}"#), Err(Error::InvalidRecord));
        assert_eq!(sql_of(r#"{"id": 7, "nothing": 1}"#), Err(Error::NoValues));
        assert_eq!(sql_of(r#"[{"text": "a"}]"#), Err(Error::ExpectedRecord));
    }
}
