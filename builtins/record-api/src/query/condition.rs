//! From a filter to SQL: names become columns of the table or an error, values become parameters.

use guesthouse::sqlite::Value;

use super::filter::{Comparison, Group, Operator};
use crate::blob;
use crate::error::Error;
use crate::schema::{ColumnKind, Table};
use crate::sql::Sql;

/// Adds the conditions of a group that is not empty.
pub fn push(sql: &mut Sql, table: &Table, group: &Group) -> Result<(), Error> {
    let mut is_first = true;
    for comparison in &group.comparisons {
        separate(sql, &mut is_first, " AND ");
        push_comparison(sql, table, comparison)?;
    }
    for member in group.all.values() {
        separate(sql, &mut is_first, " AND ");
        push_nested(sql, table, member)?;
    }
    if !group.any.is_empty() {
        separate(sql, &mut is_first, " AND ");
        sql.push("(");
        let mut is_first = true;
        for member in group.any.values() {
            separate(sql, &mut is_first, " OR ");
            push_nested(sql, table, member)?;
        }
        sql.push(")");
    }
    Ok(())
}

fn push_nested(sql: &mut Sql, table: &Table, group: &Group) -> Result<(), Error> {
    sql.push("(");
    push(sql, table, group)?;
    sql.push(")");
    Ok(())
}

fn separate(sql: &mut Sql, is_first: &mut bool, separator: &'static str) {
    if !std::mem::replace(is_first, false) {
        sql.push(separator);
    }
}

fn push_comparison(sql: &mut Sql, table: &Table, comparison: &Comparison) -> Result<(), Error> {
    let column = table.visible(&comparison.column).ok_or(Error::InvalidFilter)?;
    let text = comparison.value.as_str();
    sql.identifier(&column.identifier);
    let operator = match comparison.operator {
        Operator::Is => {
            sql.push(match text {
                "NULL" => " IS NULL",
                "!NULL" => " IS NOT NULL",
                _ => return Err(Error::InvalidFilter),
            });
            return Ok(());
        }
        Operator::Like => " LIKE ",
        Operator::Regexp => " REGEXP ",
        Operator::Equal => " = ",
        Operator::NotEqual => " <> ",
        Operator::Greater => " > ",
        Operator::GreaterOrEqual => " >= ",
        Operator::Less => " < ",
        Operator::LessOrEqual => " <= ",
    };
    let value = match comparison.operator {
        Operator::Like | Operator::Regexp => pattern(column.kind, text),
        _ => value(column.kind, text),
    };
    sql.push(operator).bind(value.ok_or(Error::InvalidFilter)?);
    Ok(())
}

/// A pattern, which only text can match.
fn pattern(kind: ColumnKind, text: &str) -> Option<Value> {
    match kind {
        ColumnKind::Text | ColumnKind::Json | ColumnKind::Any => Some(Value::Text(text.into())),
        ColumnKind::Integer | ColumnKind::Real | ColumnKind::Blob => None,
        // They hold the name under which a file is kept, which nobody may guess at.
        ColumnKind::File | ColumnKind::Files => None,
    }
}

/// A value of the column's type; nothing if the text is none.
fn value(kind: ColumnKind, text: &str) -> Option<Value> {
    match kind {
        ColumnKind::Integer => integer(text),
        ColumnKind::Real => real(text),
        ColumnKind::Text | ColumnKind::Json => Some(Value::Text(text.into())),
        ColumnKind::Blob => blob::parse(text).map(Value::Blob),
        ColumnKind::File | ColumnKind::Files => None,
        ColumnKind::Any => integer(text)
            .or_else(|| real(text))
            .or_else(|| blob::parse(text).map(Value::Blob))
            .or_else(|| Some(Value::Text(text.into()))),
    }
}

fn integer(text: &str) -> Option<Value> {
    text.parse().ok().map(Value::Integer)
}

/// Words such as `inf` and `nan` read as numbers elsewhere; here they are none.
fn real(text: &str) -> Option<Value> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(Value::Real(number))
}
