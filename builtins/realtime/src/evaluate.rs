//! Whom a change is for: filter and rule, asked of the database for the image of the row in the place of the row.
//!
//! `_ROW_` is a subquery of one row of parameters. Its first member takes the columns from the table itself, and no rows: so the
//! columns have the affinity and the collation that they have there, and a comparison says the same of the image as it would of
//! the row. (The LIMIT keeps the subquery whole.) Callers are rows of their own, so that one statement asks for all of them.

use guesthouse::sqlite::{Rows, Value};
use record_api::api::{Api, Operation};
use record_api::error::Error;
use record_api::query::{Group, condition};
use record_api::rule::Rule;
use record_api::schema::{Column, ColumnKind};
use record_api::sql::Sql;

use crate::class::Audience;
use crate::image::{Image, Outdated};

/// A statement and its parameters.
pub type Statement = (String, Vec<Value>);

/// Why there is no statement.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Mistake {
    #[error(transparent)]
    Outdated(#[from] Outdated),
    #[error("the filter does not fit the table")]
    Filter(#[source] Error),
}

/// Whether there is anything to ask.
pub fn is_asked(api: &Api, filter: &Group) -> bool {
    api.access.rule(Operation::Read).is_some() || !filter.is_empty()
}

/// Whether the answer is another one from caller to caller.
pub fn asks_for_caller(api: &Api) -> bool {
    api.access.rule(Operation::Read).is_some_and(Rule::asks_for_caller)
}

/// The statement that tells for which of the callers the image holds filter and rule; see [`Verdict::read`].
pub fn statement(api: &Api, filter: &Group, image: Image<'_>, callers: &[&Audience]) -> Result<Statement, Mistake> {
    let rule = api.access.rule(Operation::Read);
    let mut sql = match asks_for_caller(api) {
        true => {
            let mut sql = Sql::new(
                "SELECT group_concat(_USER_.\"_USER_ place\") \
                 FROM (SELECT key AS \"_USER_ place\", unhex(value) AS \"_USER_ id\" FROM json_each(",
            );
            sql.bind(Value::Text(list(callers))).push(")) AS _USER_, ");
            sql
        }
        false => Sql::new("SELECT '' FROM "),
    };
    push_row(&mut sql, api, filter, image)?;
    sql.push(" WHERE ");
    if !filter.is_empty() {
        condition::push(&mut sql, &api.table, filter).map_err(Mistake::Filter)?;
        if rule.is_some() {
            sql.push(" AND ");
        }
    }
    if let Some(rule) = rule {
        rule.push_with_expression(&mut sql, "_USER_.\"_USER_ id\"");
    }
    Ok(sql.into_parts())
}

/// The same for a row that holds the empty value of every column.
pub fn of_empty_row(api: &Api, filter: &Group) -> Result<Statement, Error> {
    let (names, values) = empty_row(api, filter);
    statement(api, filter, Image::new(&names, &values), &[]).map_err(|_| Error::InvalidFilter)
}

/// The same for such a row and the filter alone. It fails where evaluating the filter always does.
pub fn probe(api: &Api, filter: &Group) -> Result<Statement, Error> {
    let (names, values) = empty_row(api, filter);
    let mut sql = Sql::new("SELECT '' FROM ");
    push_row(&mut sql, api, filter, Image::new(&names, &values)).map_err(|_| Error::InvalidFilter)?;
    sql.push(" WHERE ");
    condition::push(&mut sql, &api.table, filter)?;
    Ok(sql.into_parts())
}

fn empty_row(api: &Api, filter: &Group) -> (Vec<String>, Vec<Value>) {
    let empty = |column: &Column| match column.kind {
        ColumnKind::Integer => Value::Integer(0),
        ColumnKind::Real => Value::Real(0.0),
        ColumnKind::Blob => Value::Blob(Vec::new()),
        _ => Value::Text(String::new()),
    };
    let columns = needed(api, filter);
    columns.map(|column| (column.name.clone(), empty(column))).unzip()
}

fn push_row(sql: &mut Sql, api: &Api, filter: &Group, image: Image<'_>) -> Result<(), Outdated> {
    let columns: Vec<&Column> = needed(api, filter).collect();
    sql.push("(SELECT ")
        .identifiers(columns.iter().map(|column| &column.identifier))
        .push(" FROM ")
        .identifier(&api.table.identifier)
        .push(" WHERE 0 UNION ALL SELECT ");
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        sql.bind(image.get(column)?.clone());
    }
    sql.push(" LIMIT 1) AS _ROW_");
    Ok(())
}

/// The columns that have to be in the image: those that rule or filter may name. The key is there in any case, for one has to be.
fn needed<'a>(api: &'a Api, filter: &Group) -> impl Iterator<Item = &'a Column> {
    let rule = api.access.rule(Operation::Read);
    let key = &api.table.key_column().name;
    let all = api.table.columns.iter().chain(&api.table.excluded);
    all.filter(move |column| {
        let is_named = rule.is_some_and(|rule| rule.may_name(&column.name)) || filter.names(&column.name);
        !column.is_virtual && (is_named || column.name == *key)
    })
}

/// The ids of callers as JSON: in hexadecimal digits, for it knows no bytes.
fn list(callers: &[&Audience]) -> String {
    let mut text = String::with_capacity(2 + callers.len() * 35);
    text.push('[');
    for (index, caller) in callers.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match caller.to_value() {
            Value::Blob(id) => {
                text.push('"');
                text.extend(
                    id.iter()
                        .flat_map(|byte| [byte >> 4, byte & 15])
                        .map(|digit| char::from_digit(digit.into(), 16).expect("half a byte is a hexadecimal digit")),
                );
                text.push('"');
            }
            _ => text.push_str("null"),
        }
    }
    text.push(']');
    text
}

/// For whom a change is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    All,
    Nobody,
    /// The callers at these places of the list that was asked for, ascending.
    Some(Vec<usize>),
}

impl Verdict {
    /// What the statement gave.
    pub fn read(api: &Api, rows: &Rows) -> Result<Self, Error> {
        let Some(row) = rows.first() else {
            return Ok(Self::Nobody);
        };
        if !asks_for_caller(api) {
            return Ok(Self::All);
        }
        let places = row.get::<Option<&str>>(0).map_err(Error::of_server)?;
        let mut places: Vec<usize> = places
            .unwrap_or_default()
            .split(',')
            .filter_map(|place| place.parse().ok())
            .collect();
        places.sort_unstable();
        Ok(match places.is_empty() {
            true => Self::Nobody,
            false => Self::Some(places),
        })
    }

    /// Whether it is for the caller at this place.
    pub fn is_for(&self, place: usize) -> bool {
        match self {
            Self::All => true,
            Self::Nobody => false,
            Self::Some(places) => places.binary_search(&place).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests;
