//! Compiling a statement on behalf of an actor, and what that tells of it.

use super::{
    authorizer::{Actor, Authorizer, Report, hide_missing_table},
    error::Error,
    ffi::{Handle, Prepared},
    statements::Entry,
};
use crate::audit::Footprint;

pub fn compile(
    handle: &Handle,
    authorizer: &Authorizer,
    actor: Actor,
    sql: &str,
    persistent: bool,
) -> (Result<Entry, Error>, Report) {
    authorizer.enter(actor.clone());
    let prepared = Prepared::new(handle, sql, persistent);
    let mut report = authorizer.take_report();
    let entry = match prepared {
        Err(error) => Err(explain(error, &actor, report.denied.take())),
        Ok((None, _)) => Err(Error::Sql("there is no statement".into())),
        Ok((Some(_), length)) if !is_blank(&sql[length..]) => {
            Err(Error::Sql("there is more than one statement".into()))
        }
        Ok((Some(_), _)) if report.column_update && may_replace_rows(sql) => {
            Err(Error::Denied("update that may replace rows".into()))
        }
        Ok((Some(prepared), _)) => {
            let touches = actor.role().map(|role| role.footprint(&report.touched));
            let mut entry = describe(prepared, std::mem::take(&mut report));
            entry.touches = touches.unwrap_or_default();
            report.writes = entry.writes.clone();
            Ok(entry)
        }
    };
    (entry, report)
}

pub fn describe(prepared: Prepared, report: Report) -> Entry {
    Entry {
        columns: prepared.column_names().into(),
        parameters: prepared.parameters(),
        read_only: prepared.is_read_only(),
        writes: report.writes,
        changes_schema: report.changes_schema,
        touches: Footprint::default(),
        prepared,
    }
}

/// A refusal is what the authorizer remembered; a missing table that is not granted either must read the same.
fn explain(error: Error, actor: &Actor, denied: Option<String>) -> Error {
    if let Some(what) = denied {
        return Error::Denied(what);
    }
    let (Error::Sql(message), Actor::Role(role) | Actor::WithForeignKeys(role, _)) = (&error, actor) else {
        return error;
    };
    message
        .strip_prefix("no such table: ")
        .and_then(|table| hide_missing_table(role, table))
        .map_or_else(|| error.clone(), Error::Denied)
}

/// True if nothing but white space, comments and semicolons follows.
fn is_blank(mut sql: &str) -> bool {
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';');
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = sql.strip_prefix("/*") {
            sql = comment.split_once("*/").map_or("", |(_, rest)| rest);
        } else {
            return sql.is_empty();
        }
    }
}

/// `UPDATE OR REPLACE` deletes the rows in its way, of which the authorizer is not told. Any `replace` that is not a
/// call counts, which errs on the safe side.
pub fn may_replace_rows(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.match_indices("replace")
        .any(|(at, word)| !sql[at + word.len()..].trim_start().starts_with('('))
}
