//! `guesthouse:host/changes`: what was committed to tables, row by row, as far as the grants of `sqlite` go.
//!
//! The log itself is the engine's (`capability/sqlite/engine/changes/`); this module opens it for a component, counts how many it
//! has open, and turns what is read into the contract's words.

use super::bindings::changes::{self, Batch, Change, Error, Operation, Position, Table};
use super::bindings::sqlite::Value;
use super::sqlite::{EngineBatch, EngineChange, EngineChangesError, EngineOperation, EnginePosition, Granted, Log};
use crate::limits;
use crate::runtime::{Caller, State};
use std::sync::Arc;
use wasmtime::component::{Access, Accessor, HasData, Linker, Resource};

/// What an instance has: the databases that it was granted, and logs of them.
pub struct Context {
    granted: Arc<Granted>,
    open: usize,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted, open: 0 }
    }

    fn open(&self, database: &str, tables: &[String]) -> Result<LogHandle, Error> {
        let opened = match self.granted.open(database) {
            None => return Err(Error::Denied(format!("database {database}"))),
            Some(Err(error)) => return Err(Error::Other(error.to_string())),
            Some(Ok(opened)) => opened,
        };
        if self.open >= limits::LOGS_OPEN_MAX {
            let limit = format!("more than {} logs in one instance", limits::LOGS_OPEN_MAX);
            return Err(Error::TooMany(limit));
        }
        let log = opened.database.changes(&opened.role, tables)?;
        Ok(LogHandle(Arc::new(log)))
    }
}

/// An open log.
#[derive(Clone)]
pub struct LogHandle(Arc<Log>);

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    changes::add_to_linker::<State, ChangesInterface>(linker, |state| View(state))
}

struct ChangesInterface;

impl HasData for ChangesInterface {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut State);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl changes::Host for View<'_> {}

impl changes::HostLog for View<'_> {
    fn end(&mut self, this: Resource<LogHandle>) -> wasmtime::Result<Position> {
        Ok(self.0.table.get(&this)?.0.end().into())
    }

    fn start(&mut self, this: Resource<LogHandle>) -> wasmtime::Result<Position> {
        Ok(self.0.table.get(&this)?.0.start().into())
    }

    fn drop(&mut self, this: Resource<LogHandle>) -> wasmtime::Result<()> {
        self.0.table.delete(this)?;
        self.0.changes.open -= 1;
        Ok(())
    }
}

impl changes::HostLogWithStore<State> for ChangesInterface {
    fn open(mut access: Access<'_, State, Self>, database: String, tables: Vec<String>) -> Answer<Resource<LogHandle>> {
        let opened = access.get().0.changes.open(&database, &tables);
        match &opened {
            // What it may read is decided here, once for all that it reads.
            Ok(_) => {
                let tables = tables.iter().map(|table| format!("sqlite {database}: read {table}"));
                Caller::of(&mut access).allowed("changes.open", tables);
            }
            Err(Error::Denied(what)) => {
                let resource = match what.starts_with("database ") {
                    true => format!("sqlite: {what}"),
                    false => format!("sqlite {database}: {what}"),
                };
                Caller::of(&mut access).denied("changes.open", &resource);
            }
            Err(_) => {}
        }
        let log = match opened {
            Ok(log) => access.get().0.table.push(log)?,
            Err(error) => return Ok(Err(error)),
        };
        access.get().0.changes.open += 1;
        Ok(Ok(log))
    }

    async fn read(
        accessor: &Accessor<State, Self>,
        this: Resource<LogHandle>,
        position: Position,
        limit: u32,
    ) -> Answer<Batch> {
        // Taken out of the store so that the call can wait without holding it.
        let log = accessor.with(|mut access| access.get().0.table.get(&this).cloned())?;
        let position = EnginePosition {
            epoch: position.epoch,
            number: position.number,
        };
        let read = log.0.read(position, limit).await;
        Ok(read.map(Batch::from).map_err(Error::from))
    }
}

impl From<EngineBatch> for Batch {
    fn from(batch: EngineBatch) -> Self {
        let tables = batch.tables.into_iter().map(|table| Table {
            name: table.name,
            columns: table.columns,
        });
        Self {
            tables: tables.collect(),
            changes: batch.changes.into_iter().map(Change::from).collect(),
            next: batch.next.into(),
        }
    }
}

impl From<EngineChange> for Change {
    fn from(change: EngineChange) -> Self {
        Self {
            number: change.number,
            transaction_end: change.transaction_end,
            table: change.table,
            operation: match change.operation {
                EngineOperation::Insert => Operation::Insert,
                EngineOperation::Update => Operation::Update,
                EngineOperation::Delete => Operation::Delete,
            },
            before: change.before.into_iter().map(Value::from).collect(),
            after: change.after.into_iter().map(Value::from).collect(),
        }
    }
}

impl From<EnginePosition> for Position {
    fn from(position: EnginePosition) -> Self {
        Self {
            epoch: position.epoch,
            number: position.number,
        }
    }
}

impl From<EngineChangesError> for Error {
    fn from(error: EngineChangesError) -> Self {
        match error {
            EngineChangesError::Denied(what) => Self::Denied(what),
            EngineChangesError::FellBehind(oldest) => Self::FellBehind(oldest.into()),
            EngineChangesError::TooMany(limit) => Self::TooMany(limit),
            EngineChangesError::Other(why) => Self::Other(why),
        }
    }
}
