//! PATCH of one record.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Value};

use crate::api::{Api, Operation};
use crate::body;
use crate::decode::Assignments;
use crate::error::Error;
use crate::id::Key;
use crate::schema::Table;
use crate::sql::Sql;

/// Sets the columns that the body names.
pub async fn update(database: &Database, api: &Api, id: &str, request: Request) -> Result<Response, Error> {
    api.authorize(Operation::Update)?;
    let key = Key::parse(api.table.key_kind, id)?;
    let assignments = body::one(&api.table, request).await?;
    let (sql, parameters) = statement(&api.table, key, assignments)?.into_parts();
    let result = (database.execute(&sql, parameters).await).map_err(Error::of_request)?;
    match result.changes() {
        0 => Err(Error::NotFound),
        _ => Ok(Response::new(200, Vec::new())),
    }
}

/// A key in the body is allowed where it is the one in the path, and then changes nothing.
fn statement(table: &Table, key: Key, assignments: Assignments) -> Result<Sql, Error> {
    let mut sql = Sql::new("UPDATE ");
    sql.identifier(&table.identifier).push(" SET ");
    let mut count = 0;
    for (position, value) in assignments {
        if position == table.key {
            check_key(table, key, &value)?;
            continue;
        }
        if count > 0 {
            sql.push(", ");
        }
        sql.identifier(&table.columns[position].identifier)
            .push(" = ")
            .bind(value);
        count += 1;
    }
    if count == 0 {
        return Err(Error::NoValues);
    }
    sql.push(" WHERE ")
        .identifier(&table.key_column().identifier)
        .push(" = ")
        .bind(key.to_value());
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
    use crate::api::tests::notes;
    use crate::decode;

    fn sql_of(body: &str) -> Result<String, Error> {
        let api = notes();
        let assignments = decode::one(&api.table, body.as_bytes())?;
        Ok(statement(&api.table, Key::Integer(7), assignments)?.into_text())
    }

    #[test]
    fn only_what_the_body_names_is_set() {
        assert_eq!(
            sql_of(r#"{"text": "a", "_secret": 1, "nothing": 2, "id": 7}"#).unwrap(),
            r#"UPDATE "notes" SET "text" = ?1, "_secret" = ?2 WHERE "id" = ?3"#
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
