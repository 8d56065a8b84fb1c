//! Tests of the engine, against real files.

mod changes;
mod descriptions;
mod foreign_keys;
mod grants;
mod limits;
mod migrations;
mod speed;
mod stamps;
mod streams;
mod stress;
mod transactions;
mod turns;
mod values;
mod writes;

use std::sync::Arc;

use super::{Database, Databases, Error, Migration, Outcome, Role, Settings, Statement, Step, Value};

/// A data directory with one database, `main`, and everything allowed to `host`.
struct Fixture {
    directory: tempfile::TempDir,
    databases: Databases,
    database: Arc<Database>,
    host: Arc<Role>,
}

impl Fixture {
    async fn new(schema: &str) -> Self {
        Self::with_settings(schema, Settings::default()).await
    }

    async fn with_settings(schema: &str, settings: Settings) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let databases = Databases::new(directory.path(), settings);
        let database = databases.open("main").expect("opens");
        let fixture = Self {
            directory,
            databases,
            database,
            host: Arc::new(Role::host()),
        };
        fixture
            .apply(&fixture.host, "schema", 1, schema)
            .await
            .expect("the schema applies");
        fixture
    }

    async fn apply(&self, role: &Arc<Role>, set: &str, version: i64, sql: &str) -> Result<(), super::MigrationError> {
        let migration = Migration {
            version,
            name: "step".into(),
            sql: sql.into(),
        };
        self.database.migrate(role, set, vec![migration]).await.map(drop)
    }

    async fn query(&self, role: &Arc<Role>, sql: &str) -> Result<Outcome, Error> {
        self.database.query(role, statement(sql)).await
    }

    async fn execute(&self, role: &Arc<Role>, sql: &str) -> Result<Outcome, Error> {
        self.execute_with(role, sql, Vec::new()).await
    }

    async fn execute_with(&self, role: &Arc<Role>, sql: &str, parameters: Vec<Value>) -> Result<Outcome, Error> {
        let step = Step {
            statement: Statement::new(sql, parameters),
            must_affect: false,
        };
        let mut outcomes = self.database.batch(role, vec![step]).await?;
        Ok(outcomes.pop().expect("one outcome per step"))
    }

    /// The values of a result as the host sees it.
    async fn values(&self, sql: &str) -> Vec<Value> {
        self.query(&self.host, sql).await.expect("the query runs").values
    }
}

fn statement(sql: &str) -> Statement {
    Statement::new(sql, Vec::new())
}

fn step(sql: &str) -> Step {
    Step {
        statement: statement(sql),
        must_affect: false,
    }
}

fn role(read: &[&str], write: &[&str], schema: &[&str]) -> Arc<Role> {
    let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    Arc::new(Role::new(&owned(read), &owned(write), &owned(schema)))
}

fn is_denied<T: std::fmt::Debug>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Denied(_)))
}
