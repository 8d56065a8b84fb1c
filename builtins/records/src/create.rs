//! POST of one record, or of an array of them in one transaction.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Rows, step};

use crate::api::{Api, Conflict, Operation};
use crate::decode::Assignments;
use crate::encode::write_text;
use crate::error::Error;
use crate::id::Key;
use crate::sql::Sql;
use crate::{body, json, query};

/// Inserts what the body holds and answers the ids, in the order of the body.
pub async fn create(database: &Database, api: &Api, request: Request) -> Result<Response, Error> {
    api.authorize(Operation::Create)?;
    let redirect = request.query().map_or(Ok(None), query::redirect)?;
    let records = body::one_or_many(&api.table, request).await?;
    let statements = records.into_iter().map(|record| statement(api, record).into_parts());
    let steps: Vec<_> = statements.map(|(sql, parameters)| step(&sql, parameters)).collect();
    if steps.is_empty() {
        return Err(Error::NoValues);
    }
    let results = database.batch(steps).await.map_err(Error::of_request)?;
    Ok(match redirect {
        Some(location) => Response::see_other(&location),
        None => json(ids(api, &results)?),
    })
}

fn statement(api: &Api, assignments: Assignments) -> Sql {
    let table = &api.table;
    let mut sql = Sql::new("INSERT INTO ");
    sql.identifier(&table.identifier);
    if assignments.is_empty() {
        sql.push(" DEFAULT VALUES");
    } else {
        let names = assignments
            .iter()
            .map(|(position, _)| &table.columns[*position].identifier);
        sql.push(" (").identifiers(names).push(") VALUES (");
        for (index, (_, value)) in assignments.into_iter().enumerate() {
            if index > 0 {
                sql.push(", ");
            }
            sql.bind(value);
        }
        sql.push(")");
        push_conflict(&mut sql, api);
    }
    sql.push(" RETURNING ").identifier(&table.key_column().identifier);
    sql
}

/// SQLite takes no such clause behind DEFAULT VALUES: there a conflict, which only a UNIQUE default can make, stays an error.
fn push_conflict(sql: &mut Sql, api: &Api) {
    let key = &api.table.key_column().identifier;
    match api.conflict {
        Conflict::Abort => {}
        Conflict::Ignore => {
            sql.push(" ON CONFLICT DO NOTHING");
        }
        Conflict::Replace => {
            sql.push(" ON CONFLICT (").identifier(key).push(") DO UPDATE SET ");
            sql.identifier(key).push(" = excluded.").identifier(key);
            for (position, column) in api.table.columns.iter().enumerate() {
                if position != api.table.key && column.is_writable {
                    let name = &column.identifier;
                    sql.push(", ").identifier(name).push(" = excluded.").identifier(name);
                }
            }
        }
    }
}

/// `{"ids":[...]}`. A row that was passed over because of a conflict has no id here.
fn ids(api: &Api, results: &[Rows]) -> Result<Vec<u8>, Error> {
    let mut body = Vec::with_capacity(10 + 30 * results.len());
    body.extend_from_slice(b"{\"ids\":[");
    let mut is_first = true;
    for row in results.iter().flat_map(Rows::iter) {
        let key = (row.values().first())
            .and_then(|value| Key::from_value(api.table.key_kind, value))
            .ok_or_else(|| Error::Internal("the key of a new record is not of its kind".into()))?;
        if !std::mem::replace(&mut is_first, false) {
            body.push(b',');
        }
        write_text(&mut body, &key.to_text());
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tests::{api_with, notes};
    use crate::decode;

    fn sql_of(api: &Api, body: &str) -> String {
        let mut records = decode::one_or_many(&api.table, body.as_bytes()).unwrap();
        statement(api, records.remove(0)).into_text()
    }

    #[test]
    fn a_record_names_the_columns_it_gives() {
        assert_eq!(
            sql_of(
                &notes(),
                r#"{"stars": 5, "text": "a", "unknown": 1, "excluded": 1, "shouted": "A"}"#
            ),
            r#"INSERT INTO "notes" ("text", "stars") VALUES (?1, ?2) RETURNING "id""#
        );
        assert_eq!(
            sql_of(&notes(), "{}"),
            r#"INSERT INTO "notes" DEFAULT VALUES RETURNING "id""#
        );
    }

    #[test]
    fn replacing_sets_every_column_but_the_excluded_and_generated() {
        let api = api_with(Some("REPLACE"));
        let sql = sql_of(&api, r#"{"id": 1}"#);
        assert!(sql.contains(r#"ON CONFLICT ("id") DO UPDATE SET "id" = excluded."id", "text" = excluded."text""#));
        assert!(!sql.contains(r#""excluded""#) && !sql.contains("shouted"), "{sql}");
    }
}
