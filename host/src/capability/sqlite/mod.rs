//! `guesthouse:host/sqlite`: SQL databases, by name, as far as the grants go.
//!
//! The engine below knows SQLite and roles and nothing of components; this module gives each version its roles and turns calls of
//! the contract into calls of the engine.

mod asked;
mod convert;
mod engine;
mod stream;

use super::bindings::sqlite::{self, ColumnDescription, Error, Outcome, Row, Statement, Step};
use crate::audit::Ledger;
use crate::components::grants::{ANY_DATABASE, HOST_DATABASES, SqliteGrant};
use crate::runtime::{Caller, State};
use asked::Asked;
use convert::{descriptions, outcome, outcomes};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::component::{Access, Accessor, FutureReader, HasData, Linker, Resource, StreamReader};

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
    pub fn new(databases: Arc<Databases>, grants: &BTreeMap<String, SqliteGrant>, ledger: &Arc<Ledger>) -> Self {
        // What migrations may do to the schema is not for requests.
        let role = |grant: &SqliteGrant| Arc::new(Role::new(&grant.read, &grant.write, &[]).counted(ledger.clone()));
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
        Some(opened.map(|database| DatabaseHandle {
            database,
            role,
            name: name.into(),
        }))
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
    pub(super) name: Arc<str>,
}

/// A transaction. It cannot end while a call runs in it: the component has lent it to that call.
#[derive(Clone)]
pub struct TransactionHandle {
    transaction: Arc<engine::Transaction>,
    database: Arc<str>,
}

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
    fn drop(&mut self, this: Resource<DatabaseHandle>) -> wasmtime::Result<()> {
        self.0.table.delete(this)?;
        Ok(())
    }
}

/// The handle behind a resource, taken out of the store so that the call can wait without holding it, and who calls.
fn begin(
    accessor: &Accessor<State, Sqlite>,
    this: &Resource<DatabaseHandle>,
    function: &'static str,
) -> wasmtime::Result<(DatabaseHandle, Asked)> {
    accessor.with(|mut access| {
        let handle = access.get().0.table.get(this)?.clone();
        let asked = Asked {
            caller: Caller::of(access),
            database: handle.name.clone(),
            function,
        };
        Ok((handle, asked))
    })
}

impl sqlite::HostDatabaseWithStore<State> for Sqlite {
    fn open(mut access: Access<'_, State, Self>, name: String) -> Answer<Resource<DatabaseHandle>> {
        let opened = access.get().0.sqlite.granted.open(&name);
        match opened {
            None => {
                let what = format!("database {name}");
                Caller::of(access).denied("sqlite.open", &format!("sqlite: {what}"));
                Ok(Err(Error::Denied(what)))
            }
            Some(Err(error)) => Ok(Err(error.into())),
            Some(Ok(handle)) => Ok(Ok(access.get().0.table.push(handle)?)),
        }
    }

    fn stamp(mut access: Access<'_, State, Self>, this: Resource<DatabaseHandle>, tables: Vec<String>) -> Answer<u64> {
        let handle = access.get().0.table.get(&this)?;
        let stamp = handle.database.stamp(&handle.role, &tables);
        if let Err(engine::Error::Denied(what)) = &stamp {
            let resource = format!("sqlite {}: {what}", handle.name);
            Caller::of(access).denied("sqlite.stamp", &resource);
        }
        Ok(stamp.map_err(Error::from))
    }

    async fn query(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        statement: Statement,
    ) -> Answer<Outcome> {
        let (handle, asked) = begin(accessor, &this, "sqlite.query")?;
        let result = handle.database.query(&handle.role, convert::statement(statement)).await;
        Ok(asked.note_one(result).map(outcome))
    }

    async fn query_all(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        statements: Vec<Statement>,
    ) -> Answer<Vec<Outcome>> {
        let (handle, asked) = begin(accessor, &this, "sqlite.query-all")?;
        let statements = statements.into_iter().map(convert::statement).collect();
        let result = handle.database.query_all(&handle.role, statements).await;
        Ok(asked.note(result).map(outcomes))
    }

    async fn execute(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        statement: Statement,
    ) -> Answer<Outcome> {
        let (handle, asked) = begin(accessor, &this, "sqlite.execute")?;
        let step = engine::Step {
            statement: convert::statement(statement),
            must_affect: false,
        };
        let result = handle.database.batch(&handle.role, vec![step]).await;
        Ok(asked
            .note_one(result.map(|mut outcomes| outcomes.swap_remove(0)))
            .map(outcome))
    }

    async fn batch(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        steps: Vec<Step>,
    ) -> Answer<Vec<Outcome>> {
        let (handle, asked) = begin(accessor, &this, "sqlite.batch")?;
        let steps = steps.into_iter().map(|step| engine::Step {
            statement: convert::statement(step.statement),
            must_affect: step.must_affect,
        });
        let result = handle.database.batch(&handle.role, steps.collect()).await;
        Ok(asked.note(result).map(outcomes))
    }

    async fn read(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        statement: Statement,
    ) -> Answer<(Vec<String>, StreamReader<Row>, FutureReader<Result<(), Error>>)> {
        let (handle, asked) = begin(accessor, &this, "sqlite.read")?;
        match handle.database.read(&handle.role, convert::statement(statement)).await {
            Ok(rows) => {
                asked.touched(rows.touched());
                accessor.with(|access| stream::reader(access, rows)).map(Ok)
            }
            Err(error) => Ok(Err(asked.failed(error))),
        }
    }

    async fn describe(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
        sql: String,
    ) -> Answer<Vec<ColumnDescription>> {
        let (handle, asked) = begin(accessor, &this, "sqlite.describe")?;
        let result = handle.database.describe(&handle.role, &sql).await;
        Ok(result.map(descriptions).map_err(|error| asked.failed(error)))
    }

    async fn begin(
        accessor: &Accessor<State, Self>,
        this: Resource<DatabaseHandle>,
    ) -> Answer<Resource<TransactionHandle>> {
        let (handle, asked) = begin(accessor, &this, "sqlite.begin")?;
        match handle.database.begin(&handle.role).await {
            Ok(transaction) => {
                let handle = TransactionHandle {
                    transaction: Arc::new(transaction),
                    database: handle.name,
                };
                Ok(Ok(accessor.with(|mut access| access.get().0.table.push(handle))?))
            }
            Err(error) => Ok(Err(asked.failed(error))),
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
        statement: Statement,
    ) -> Answer<Outcome> {
        let (handle, caller) = accessor.with(|mut access| {
            let handle = access.get().0.table.get(&this)?.clone();
            wasmtime::error::Ok((handle, Caller::of(access)))
        })?;
        let asked = Asked {
            caller,
            database: handle.database,
            function: "sqlite.execute",
        };
        let result = handle.transaction.execute(convert::statement(statement)).await;
        Ok(asked.note_one(result).map(outcome))
    }

    async fn commit(accessor: &Accessor<State, Self>, this: Resource<TransactionHandle>) -> Answer<()> {
        let handle = accessor.with(|mut access| access.get().0.table.delete(this))?;
        let Some(transaction) = Arc::into_inner(handle.transaction) else {
            return Ok(Err(Error::Closed));
        };
        Ok(transaction.commit().await.map_err(Error::from))
    }

    async fn rollback(accessor: &Accessor<State, Self>, this: Resource<TransactionHandle>) -> Answer<()> {
        let handle = accessor.with(|mut access| access.get().0.table.delete(this))?;
        let Some(transaction) = Arc::into_inner(handle.transaction) else {
            return Ok(Err(Error::Closed));
        };
        Ok(transaction.rollback().await.map_err(Error::from))
    }
}
