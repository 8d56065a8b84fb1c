//! The statements that insert one record, and that hold its rule.
//!
//! The rule is part of the INSERT, so that checking and doing are one: `INSERT INTO t (...) SELECT ?1, ?2 WHERE (rule)`,
//! which must insert a row or undoes all that it came with. Two kinds of INSERT cannot tell a row that is denied from
//! one that is passed over, or take no condition: those have the rule in a step of its own before them.

use guesthouse::sqlite::{Step, step, step_that_must_affect};
use record_api::api::{Api, Conflict, Operation};
use record_api::caller::Caller;
use record_api::rule::{Requested, Rule};
use record_api::sql::Sql;

use crate::decode::Assignments;

/// The steps that insert a record. The last one returns its key, or nothing where the row was passed over because of a
/// conflict; a rule that does not hold makes the batch fail.
pub fn steps(api: &Api, caller: &Caller, assignments: Assignments) -> Vec<Step> {
    let assignments = autofill(api, caller, assignments);
    let rule = api.access.rule(Operation::Create);
    match rule {
        Some(rule) if assignments.is_empty() || api.conflict == Conflict::Ignore => {
            let (guard, values) = guard(api, caller, rule, &assignments).into_parts();
            let (insert, parameters) = insert(api, caller, None, assignments).into_parts();
            vec![step_that_must_affect(&guard, values), step(&insert, parameters)]
        }
        rule => {
            let is_ruled = rule.is_some() || (replace_rule(api).is_some() && !assignments.is_empty());
            let (insert, parameters) = insert(api, caller, rule, assignments).into_parts();
            match is_ruled {
                true => vec![step_that_must_affect(&insert, parameters)],
                false => vec![step(&insert, parameters)],
            }
        }
    }
}

/// Sets the columns for the caller's id, where somebody is known and the request does not name them. To the rule it is as if
/// the request had named them.
fn autofill(api: &Api, caller: &Caller, mut assignments: Assignments) -> Assignments {
    for position in api.autofilled.iter().filter(|_| caller.is_known()) {
        if let Err(index) = assignments.binary_search_by_key(position, |(given, _)| *given) {
            assignments.insert(index, (*position, caller.to_value()));
        }
    }
    assignments
}

/// What a row must fulfil to be replaced by a create: what it must fulfil to be updated.
fn replace_rule(api: &Api) -> Option<&Rule> {
    match api.conflict {
        Conflict::Replace => api.access.rule(Operation::Update),
        Conflict::Abort | Conflict::Ignore => None,
    }
}

/// Returns a row if the rule holds.
fn guard(api: &Api, caller: &Caller, rule: &Rule, assignments: &Assignments) -> Sql {
    let mut sql = Sql::new("SELECT 1 WHERE ");
    let mut numbers = Vec::with_capacity(assignments.len());
    for (position, value) in assignments {
        let number = match rule.asks_for(*position) {
            true => sql.keep(value.clone()),
            false => 0,
        };
        numbers.push((*position, number));
    }
    let requested = Requested {
        table: &api.table,
        numbers: &numbers,
    };
    rule.push(&mut sql, caller, Some(&requested));
    sql
}

fn insert(api: &Api, caller: &Caller, rule: Option<&Rule>, assignments: Assignments) -> Sql {
    let table = &api.table;
    let mut sql = Sql::new("INSERT INTO ");
    sql.identifier(&table.identifier);
    if assignments.is_empty() {
        sql.push(" DEFAULT VALUES");
    } else {
        let names = (assignments.iter()).map(|(position, _)| &table.columns[*position].identifier);
        sql.push(" AS _ROW_ (").identifiers(names);
        sql.push(if rule.is_some() { ") SELECT " } else { ") VALUES (" });
        let mut numbers = Vec::with_capacity(assignments.len());
        for (index, (position, value)) in assignments.into_iter().enumerate() {
            if index > 0 {
                sql.push(", ");
            }
            let number = sql.keep(value);
            sql.parameter(number);
            numbers.push((position, number));
        }
        let requested = Requested {
            table,
            numbers: &numbers,
        };
        match rule {
            Some(rule) => rule.push(sql.push(" WHERE "), caller, Some(&requested)),
            None => drop(sql.push(")")),
        }
        push_conflict(&mut sql, api, caller, &requested);
    }
    sql.push(" RETURNING ").identifier(&table.key_column().identifier);
    sql
}

/// SQLite takes no such clause behind DEFAULT VALUES: there a conflict, which only a UNIQUE default can make, stays an error.
fn push_conflict(sql: &mut Sql, api: &Api, caller: &Caller, requested: &Requested<'_>) {
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
            if let Some(rule) = replace_rule(api) {
                rule.push(sql.push(" WHERE "), caller, Some(requested));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use guesthouse::sqlite::params;

    use super::*;
    use crate::decode;
    use record_api::examples::{self, Described, api_with, notes};

    /// The statements, with `!` before one that must affect a row.
    fn sql_of(api: &Api, body: &str) -> Vec<String> {
        let mut records = decode::one_or_many(&api.table, body.as_bytes()).unwrap();
        let steps = steps(api, &Caller::anonymous(), records.remove(0));
        let text = |step: Step| format!("{}{}", if step.must_affect { "!" } else { "" }, step.statement.sql);
        steps.into_iter().map(text).collect()
    }

    fn ruled(conflict: Option<&str>, create: Option<&str>, update: Option<&str>) -> Api {
        let mut described = Described::notes();
        described.configuration[2] = create.into();
        described.configuration[4] = update.into();
        described.configuration[7] = conflict.into();
        described.api().unwrap()
    }

    #[test]
    fn a_record_names_the_columns_it_gives() {
        assert_eq!(
            sql_of(
                &notes(),
                r#"{"stars": 5, "text": "a", "unknown": 1, "excluded": 1, "shouted": "A"}"#
            ),
            [r#"INSERT INTO "notes" AS _ROW_ ("text", "stars") VALUES (?1, ?2) RETURNING "id""#]
        );
        assert_eq!(
            sql_of(&notes(), "{}"),
            [r#"INSERT INTO "notes" DEFAULT VALUES RETURNING "id""#]
        );
    }

    #[test]
    fn columns_for_the_caller_are_set_where_somebody_is_known_and_the_record_does_not_name_them() {
        let mut described = Described::notes();
        described.references = vec![params!["data", "id", "", "_USER"], params!["stars", "id", "", "other"]];
        let parameters = |described: &Described, caller: &Caller, body: &str| {
            let api = described.api().unwrap();
            let mut records = decode::one_or_many(&api.table, body.as_bytes()).unwrap();
            let mut steps = steps(&api, caller, records.remove(0));
            let statement = steps.remove(0).statement;
            format!(
                "{} {:?}",
                statement.sql.split(" VALUES").next().unwrap(),
                statement.parameters
            )
        };
        let (known, body) = (examples::known(vec![7]), r#"{"any": 1, "text": "a"}"#);
        let plain = r#"INSERT INTO "notes" AS _ROW_ ("text", "any") [Value::Text("a"), Value::Integer(1)]"#;
        assert_eq!(parameters(&described, &known, body), plain);
        described.configuration[12] = true.into();
        assert_eq!(parameters(&described, &Caller::anonymous(), body), plain);
        assert_eq!(
            parameters(&described, &known, body),
            r#"INSERT INTO "notes" AS _ROW_ ("text", "data", "any") [Value::Text("a"), Value::Blob([7]), Value::Integer(1)]"#
        );
        assert_eq!(
            parameters(&described, &known, r#"{"data": null, "text": "a"}"#),
            r#"INSERT INTO "notes" AS _ROW_ ("text", "data") [Value::Text("a"), Value::Null]"#
        );
    }

    #[test]
    fn replacing_sets_every_column_but_the_excluded_and_generated() {
        let sql = sql_of(&api_with(Some("REPLACE")), r#"{"id": 1}"#).remove(0);
        assert!(sql.contains(r#"ON CONFLICT ("id") DO UPDATE SET "id" = excluded."id", "text" = excluded."text""#));
        assert!(!sql.contains(r#""excluded""#) && !sql.contains("shouted"), "{sql}");
    }

    #[test]
    fn a_rule_is_part_of_the_insert_which_must_then_insert() {
        let api = ruled(None, Some("_REQ_.text <> _USER_.id"), None);
        assert_eq!(
            sql_of(&api, r#"{"stars": 5, "text": "a"}"#),
            [concat!(
                r#"!INSERT INTO "notes" AS _ROW_ ("text", "stars") SELECT ?1, ?2 "#,
                "WHERE (?1 <> ?3\n) RETURNING \"id\""
            )]
        );
    }

    #[test]
    fn a_rule_stands_before_an_insert_that_may_pass_over_or_takes_no_condition() {
        let api = ruled(Some("IGNORE"), Some("_REQ_.stars > 3"), None);
        assert_eq!(
            sql_of(&api, r#"{"stars": 5, "text": "a"}"#),
            [
                "!SELECT 1 WHERE (?1 > 3\n)",
                r#"INSERT INTO "notes" AS _ROW_ ("text", "stars") VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING "id""#
            ]
        );
        let api = ruled(None, Some("_REQ_.stars IS NULL"), None);
        assert_eq!(
            sql_of(&api, "{}"),
            [
                "!SELECT 1 WHERE (NULL IS NULL\n)",
                r#"INSERT INTO "notes" DEFAULT VALUES RETURNING "id""#
            ]
        );
    }

    #[test]
    fn a_row_is_replaced_where_it_could_be_updated() {
        let api = ruled(Some("REPLACE"), None, Some("_ROW_.stars < _REQ_.stars"));
        let sql = sql_of(&api, r#"{"id": 1, "stars": 5}"#).remove(0);
        assert!(sql.starts_with("!INSERT"), "{sql}");
        assert!(sql.ends_with(" WHERE (_ROW_.stars < ?2\n) RETURNING \"id\""), "{sql}");
    }
}
