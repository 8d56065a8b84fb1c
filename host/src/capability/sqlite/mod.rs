//! `guesthouse:host/sqlite`: SQL databases, by name, as far as the grants go.
//!
//! The engine below knows SQLite and roles and nothing of components; this module gives each version its roles and turns calls of
//! the contract into calls of the engine.

mod convert;
mod engine;
mod stream;

use super::bindings::sqlite::{self, ColumnDescription, Error, Outcome, Row, Statement, Step};
use crate::components::grants::{ANY_DATABASE, HOST_DATABASES, SqliteGrant};
use crate::runtime::State;
use convert::{descriptions, outcome, outcomes, statement};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::component::{Accessor, FutureReader, HasData, Linker, Resource, StreamReader};

pub use engine::{
    Batch as EngineBatch, BatchChange as EngineChange, Changes as Log, ChangesError as EngineChangesError,
    Operation as EngineOperation, Position as EnginePosition,
};
pub use engine::{Database, Databases, Migration, MigrationError, Role, Settings, Synchronous};
pub use engine::{
    Error as EngineError, Outcome as EngineOutcome, Statement as EngineStatement, Step as EngineStep,
    Value as EngineValue,
};

/// What a version was granted: a role for each database, and at `*` one for all others.
pub struct Granted {
    databases: Arc<Databases>,
    roles: BTreeMap<String, Arc<Role>>,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(databases: Arc<Databases>, grants: &BTreeMap<String, SqliteGrant>) -> Self {
        // What migrations may do to the schema is not for requests.
        let role = |grant: &SqliteGrant| Arc::new(Role::new(&grant.read, &grant.write, &[]));
        let roles = grants.iter().map(|(name, grant)| (name.clone(), role(grant))).collect();
        Self { databases, roles }
    }

    /// The role in a database. What is granted for any covers those that exist, so that no name makes a file.
    fn role(&self, database: &str) -> Option<&Arc<Role>> {
        let of_any = || {
            let is_there = !HOST_DATABASES.contains(&database) && self.databases.exists(database);
            self.roles.get(ANY_DATABASE).filter(|_| is_there)
        };
        self.roles
            .get(database)
            .filter(|_| database != ANY_DATABASE)
            .or_else(of_any)
    }

    /// Opens a database in the role that there is in it; `None` where there is none.
    pub fn open(&self, name: &str) -> Option<Result<DatabaseHandle, EngineError>> {
        let role = self.role(name)?.clone();
        let opened = self.databases.open(name);
        Some(opened.map(|database| DatabaseHandle { database, role }))
    }
}

/// What an instance has.
pub struct Context {
    granted: Arc<Granted>,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted }
    }
}

/// An open database and the role that this component has in it.
#[derive(Clone)]
pub struct DatabaseHandle {
    pub(super) database: Arc<Database>,
    pub(super) role: Arc<Role>,
}

/// A transaction. It cannot end while a call runs in it: the component has lent it to that call.
#[derive(Clone)]
pub struct TransactionHandle(Arc<engine::Transaction>);

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    sqlite::add_to_linker::<State, Sqlite>(linker, |state| View(state))
}

struct Sqlite;

impl HasData for Sqlite {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut State);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl sqlite::Host for View<'_> {}

impl sqlite::HostDatabase for View<'_> {
    fn open(&mut self, name: String) -> Answer<Resource<DatabaseHandle>> {
        match self.0.sqlite.granted.open(&name) {
            None => Ok(Err(Error::Denied(format!("database {name}")))),
            Some(Err(error)) => Ok(Err(error.into())),
            Some(Ok(handle)) => Ok(Ok(self.0.table.push(handle)?)),
        }
    }

    fn stamp(&mut self, this: Resource<DatabaseHandle>, tables: Vec<String>) -> Answer<u64> {
        let handle = self.0.table.get(&this)?;
        Ok(handle.database.stamp(&handle.role, &tables).map_err(Error::from))
    }

    fn drop(&mut self, this: Resource<DatabaseHandle>) -> wasmtime::Result<()> {
        self.0.table.delete(this)?;
        Ok(())
    }
}

/// The handle behind a resource, taken out of the store so that the call can wait without holding it.
fn database(accessor: &Accessor<State, Sqlite>, this: &Resource<DatabaseHandle>) -> wasmtime::Result<DatabaseHandle> {
    accessor.with(|mut access| Ok(access.get().0.table.get(this)?.clone()))
}

impl sqlite::HostDatabaseWithStore<State> for Sqlite {
    async fn query(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        asked: Statement,
    ) -> Answer<Outcome> {
        let handle = database(accessor, &this)?;
        let result = handle.database.query(&handle.role, statement(asked)).await;
        Ok(result.map(outcome).map_err(Error::from))
    }

    async fn query_all(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        asked: Vec<Statement>,
    ) -> Answer<Vec<Outcome>> {
        let handle = database(accessor, &this)?;
        let result = handle
            .database
            .query_all(&handle.role, asked.into_iter().map(statement).collect())
            .await;
        Ok(result.map(outcomes).map_err(Error::from))
    }

    async fn execute(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        asked: Statement,
    ) -> Answer<Outcome> {
        let handle = database(accessor, &this)?;
        let step = engine::Step {
            statement: statement(asked),
            must_affect: false,
        };
        let result = handle.database.batch(&handle.role, vec![step]).await;
        Ok(result
            .map(|mut outcomes| outcome(outcomes.swap_remove(0)))
            .map_err(Error::from))
    }

    async fn batch(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        steps: Vec<Step>,
    ) -> Answer<Vec<Outcome>> {
        let handle = database(accessor, &this)?;
        let steps = steps.into_iter().map(|step| engine::Step {
            statement: statement(step.statement),
            must_affect: step.must_affect,
        });
        let result = handle.database.batch(&handle.role, steps.collect()).await;
        Ok(result.map(outcomes).map_err(Error::from))
    }

    async fn read(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        asked: Statement,
    ) -> Answer<(Vec<String>, StreamReader<Row>, FutureReader<Result<(), Error>>)> {
        let handle = database(accessor, &this)?;
        match handle.database.read(&handle.role, statement(asked)).await {
            Ok(rows) => accessor.with(|access| stream::reader(access, rows)).map(Ok),
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn describe(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        sql: String,
    ) -> Answer<Vec<ColumnDescription>> {
        let handle = database(accessor, &this)?;
        let result = handle.database.describe(&handle.role, &sql).await;
        Ok(result.map(descriptions).map_err(Error::from))
    }

    async fn begin(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
    ) -> Answer<Resource<TransactionHandle>> {
        let handle = database(accessor, &this)?;
        match handle.database.begin(&handle.role).await {
            Ok(transaction) => {
                let handle = TransactionHandle(Arc::new(transaction));
                Ok(Ok(accessor.with(|mut access| access.get().0.table.push(handle))?))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl sqlite::HostTransaction for View<'_> {
    /// Rolls back, unless a call that still runs holds it: then when that ends.
    fn drop(&mut self, this: Resource<TransactionHandle>) -> wasmtime::Result<()> {
        self.0.table.delete(this)?;
        Ok(())
    }
}

impl sqlite::HostTransactionWithStore<State> for Sqlite {
    async fn execute(
        accessor: &Accessor<State, Self>,
        this: Resource<TransactionHandle>,
        asked: Statement,
    ) -> Answer<Outcome> {
        let handle = accessor.with(|mut access| access.get().0.table.get(&this).cloned())?;
        let result = handle.0.execute(statement(asked)).await;
        Ok(result.map(outcome).map_err(Error::from))
    }

    async fn commit(accessor: &Accessor<State, Self>, this: Resource<TransactionHandle>) -> Answer<()> {
        let handle = accessor.with(|mut access| access.get().0.table.delete(this))?;
        let Some(transaction) = Arc::into_inner(handle.0) else {
            return Ok(Err(Error::Closed));
        };
        Ok(transaction.commit().await.map_err(Error::from))
    }

    async fn rollback(accessor: &Accessor<State, Self>, this: Resource<TransactionHandle>) -> Answer<()> {
        let handle = accessor.with(|mut access| access.get().0.table.delete(this))?;
        let Some(transaction) = Arc::into_inner(handle.0) else {
            return Ok(Err(Error::Closed));
        };
        Ok(transaction.rollback().await.map_err(Error::from))
    }
}
