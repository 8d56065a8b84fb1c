//! Tests of the log of changes: what it says, what it never says, and who may read it.

mod columns;
mod commits;
mod rows;
mod window;

use futures::FutureExt;

use super::super::{Batch, BatchChange, Changes, ChangesError, Operation, Position};
use super::*;

/// Opens the log of some tables as the host may.
fn log(fixture: &Fixture, tables: &[&str]) -> Changes {
    open(fixture, &fixture.host, tables).expect("the log opens")
}

fn open(fixture: &Fixture, role: &Arc<Role>, tables: &[&str]) -> Result<Changes, ChangesError> {
    let tables: Vec<String> = tables.iter().map(|table| table.to_string()).collect();
    fixture.database.changes(role, &tables)
}

/// What there is after a position, without waiting; a number may be missing only where another table has it.
fn read_now(changes: &Changes, position: Position) -> Result<Option<Batch>, ChangesError> {
    const MANY: u32 = 1000;
    changes.read(position, MANY).now_or_never().transpose()
}

/// Everything after a position, as text.
fn told(changes: &Changes, mut position: Position) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(batch) = read_now(changes, position).expect("the position is in the window") {
        told.extend(batch.changes.iter().map(|change| in_words(&batch, change)));
        position = batch.next;
    }
    assert_eq!(position.epoch, changes.end().epoch);
    told
}

/// `insert t (id=1, x='a')`, `update t (...) to (...)`, `delete t (...)`.
fn in_words(batch: &Batch, change: &BatchChange) -> String {
    let table = &batch.tables[change.table as usize];
    let image = |values: &[Value]| {
        assert_eq!(values.len(), table.columns.len());
        let columns = table.columns.iter().zip(values);
        let columns: Vec<String> = columns
            .map(|(name, value)| format!("{name}={}", literal(value)))
            .collect();
        format!("({})", columns.join(", "))
    };
    let name = &table.name;
    match change.operation {
        Operation::Insert => format!("insert {name} {}", image(&change.after)),
        Operation::Update => format!("update {name} {} to {}", image(&change.before), image(&change.after)),
        Operation::Delete => format!("delete {name} {}", image(&change.before)),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => format!("'{text}'"),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Runs statements, each in a transaction of its own, and says what the log of `tables` says of them.
async fn told_of(schema: &str, tables: &[&str], statements: &[&str]) -> Vec<String> {
    let fixture = Fixture::new(schema).await;
    let changes = log(&fixture, tables);
    let start = changes.end();
    for sql in statements {
        fixture
            .execute(&fixture.host, sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    told(&changes, start)
}

fn fell_behind<T: std::fmt::Debug>(result: Result<T, ChangesError>) -> Position {
    match result {
        Err(ChangesError::FellBehind(oldest)) => oldest,
        other => panic!("{other:?}"),
    }
}
