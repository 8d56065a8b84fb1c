//! Running a compiled statement: parameters in, rows out, within the limits.

use std::sync::Arc;

use super::{
    error::Error,
    ffi::{Handle, StepResult},
    limits,
    settings::Settings,
    statements::Entry,
    value::{Outcome, Statement, Value},
};
use crate::audit::Footprint;

/// What a stream gives.
pub enum Piece {
    /// The columns, and what the statement touches.
    Columns(Arc<[String]>, Footprint),
    Rows(Vec<Vec<Value>>),
}

pub fn run_entry(
    handle: &Handle,
    entry: &mut Entry,
    statement: &Statement,
    settings: &Settings,
) -> Result<Outcome, Error> {
    let result = bind(handle, entry, statement, settings).and_then(|()| collect(handle, entry, settings));
    entry.prepared.reset();
    result
}

pub fn bind(handle: &Handle, entry: &mut Entry, statement: &Statement, settings: &Settings) -> Result<(), Error> {
    let given = statement.parameters.len();
    if given != entry.parameters {
        return Err(Error::Sql(format!(
            "the statement has {} parameters, {given} were given",
            entry.parameters
        )));
    }
    if statement.parameters.iter().map(Value::size).sum::<usize>() > settings.parameter_bytes {
        return Err(Error::TooLarge(format!(
            "parameters of more than {} bytes",
            settings.parameter_bytes
        )));
    }
    for (index, value) in statement.parameters.iter().enumerate() {
        if !entry.prepared.bind(index + 1, value) {
            return Err(handle.last_error());
        }
    }
    Ok(())
}

fn collect(handle: &Handle, entry: &mut Entry, settings: &Settings) -> Result<Outcome, Error> {
    if !entry.read_only {
        handle.set_last_insert_rowid(0);
    }
    let (mut values, mut bytes, mut rows) = (Vec::new(), 0, 0);
    loop {
        match entry.prepared.step() {
            StepResult::Done => break,
            StepResult::Failed => return Err(handle.last_error()),
            StepResult::Row => {}
        }
        rows += 1;
        if rows > settings.result_rows {
            return Err(Error::TooLarge(format!(
                "a result of more than {} rows",
                settings.result_rows
            )));
        }
        for column in 0..entry.columns.len() {
            let value = entry.prepared.value(column)?;
            bytes += value.size();
            values.push(value);
        }
        if bytes > settings.result_bytes {
            return Err(Error::TooLarge(format!(
                "a result of more than {} bytes",
                settings.result_bytes
            )));
        }
    }
    let changes_rows = !entry.read_only && !entry.writes.is_empty() && !entry.changes_schema;
    Ok(Outcome {
        columns: entry.columns.clone(),
        values,
        changes: if changes_rows { handle.changes() } else { 0 },
        last_insert_rowid: if changes_rows {
            handle.wrapper().last_insert_rowid()
        } else {
            0
        },
        touched: entry.touches.clone(),
    })
}

/// Steps once before the columns are given, so that the snapshot is of the call.
pub fn stream_rows(
    handle: &Handle,
    entry: &mut Entry,
    restart_clock: impl Fn(),
    take: &mut impl FnMut(Piece) -> bool,
) -> Result<(), Error> {
    restart_clock();
    let mut result = entry.prepared.step();
    if result == StepResult::Failed {
        return Err(handle.last_error());
    }
    if !take(Piece::Columns(entry.columns.clone(), entry.touches.clone())) {
        return Ok(());
    }
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while result == StepResult::Row {
        let row = (0..entry.columns.len())
            .map(|column| entry.prepared.value(column))
            .collect::<Result<Vec<_>, _>>()?;
        bytes += row.iter().map(Value::size).sum::<usize>();
        rows.push(row);
        if rows.len() >= limits::STREAM_CHUNK_ROWS || bytes >= limits::STREAM_CHUNK_BYTES {
            if !take(Piece::Rows(std::mem::take(&mut rows))) {
                return Ok(());
            }
            bytes = 0;
            restart_clock();
        }
        result = entry.prepared.step();
    }
    if result == StepResult::Failed {
        return Err(handle.last_error());
    }
    if !rows.is_empty() {
        take(Piece::Rows(rows));
    }
    Ok(())
}
