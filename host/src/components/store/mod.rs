//! What is deployed, on disk: versions and pointers in `host.db`, packages as files named by their digest.
//!
//! A package is durable before the one transaction that makes it a version and points to it. So whenever the process
//! ends, the next one finds the old deployment or the new one; a file without a version is removed at the next start.

mod files;
mod rows;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;

use super::version::{Actor, Digest, NotStored, Version};
use crate::capability::sqlite::{
    Database, EngineError, EngineOutcome, EngineStatement, EngineStep, EngineValue, MigrationError, Role,
};
use crate::data_directory::DataDirectory;
use crate::limits;
use files::Files;

pub struct Store {
    database: Arc<Database>,
    role: Arc<Role>,
    files: Files,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("host.db: {0}")]
    Database(EngineError),
    #[error("host.db: {0}")]
    Schema(MigrationError),
    #[error("host.db holds a version that this program cannot read: {0}")]
    Version(NotStored),
    #[error("the package {path} cannot be used: {error}")]
    File { path: String, error: std::io::Error },
    #[error("the package {0} is not what was stored; deploy the component again")]
    Altered(Digest),
}

/// Where a component's name points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// The highest number that any version of this name ever had.
    pub last: u64,
    /// The version that runs. None: removed.
    pub current: Option<u64>,
}

/// A version that runs, since when, and how it came to.
#[derive(Debug, Clone)]
pub struct Running {
    pub version: Version,
    pub deployed_ms: i64,
    /// Where it was put on probation: until when, which may be over.
    pub probation_until_ms: Option<i64>,
    /// Where it was brought back because another one failed on probation.
    pub withdrawal: Option<Withdrawal>,
}

/// That a version failed on probation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    pub version: u64,
    pub time_ms: i64,
    pub why: String,
}

/// What becomes of a version that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is kept, and what runs goes on.
    Keep,
    /// It runs from now on.
    Run,
    /// It runs from now on, until then on probation.
    RunOnProbation { until_ms: i64 },
}

/// What the audit keeps of a change.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub actor: Actor,
    pub action: &'static str,
    pub component: &'a str,
    pub version: u64,
    pub detail: String,
}

impl Store {
    /// Opens the store, makes its tables, and removes files that no version names.
    pub async fn open(database: Arc<Database>, directory: &DataDirectory) -> Result<Store, StoreError> {
        let role = Arc::new(Role::host());
        database
            .migrate(&role, schema::SET, schema::migrations())
            .await
            .map_err(StoreError::Schema)?;
        let store = Store {
            database,
            role,
            files: Files::new(directory.components()),
        };
        store.sweep().await?;
        Ok(store)
    }

    pub async fn close(&self) {
        self.database.close().await;
    }

    pub async fn pointer(&self, name: &str) -> Result<Option<Pointer>, StoreError> {
        let sql = "SELECT last_version, current_version FROM component WHERE name = ?1";
        rows::pointer(self.query(sql, vec![text(name)]).await?)
    }

    /// Everything that runs, by name.
    pub async fn running(&self) -> Result<Vec<Running>, StoreError> {
        let sql = format!("{} ORDER BY version.name", rows::SELECT_RUNNING);
        rows::running(self.query(&sql, Vec::new()).await?)
    }

    pub async fn running_one(&self, name: &str) -> Result<Option<Running>, StoreError> {
        let sql = format!("{} WHERE version.name = ?1", rows::SELECT_RUNNING);
        Ok(rows::running(self.query(&sql, vec![text(name)]).await?)?.pop())
    }

    /// The kept versions of a component, the newest first.
    pub async fn versions(&self, name: &str) -> Result<Vec<Version>, StoreError> {
        let sql = format!("{} WHERE version.name = ?1 ORDER BY number DESC", rows::SELECT_VERSION);
        rows::versions(self.query(&sql, vec![text(name)]).await?)
    }

    /// Stores a package, which is no version yet: the next change but `add` would remove it again.
    pub async fn add_package(&self, digest: &Digest, package: &Bytes) -> Result<(), StoreError> {
        self.files.write(digest, package.clone()).await
    }

    /// Stores a version whose package is stored and, if it is to run, points to it. Old versions beyond what is kept go.
    pub async fn add(&self, version: &Version, purpose: Use, entry: Entry<'_>) -> Result<(), StoreError> {
        let mut steps = vec![
            step(
                "INSERT INTO component (name, last_version) VALUES (?1, ?2) \
                 ON CONFLICT (name) DO UPDATE SET last_version = excluded.last_version",
                vec![text(&version.name), integer(version.number)],
            ),
            step(rows::INSERT_VERSION, rows::version_parameters(version)?),
        ];
        match purpose {
            Use::Keep => {}
            Use::Run => steps.push(point(&version.name, Some(version.number), None)),
            Use::RunOnProbation { until_ms } => steps.push(point(&version.name, Some(version.number), Some(until_ms))),
        }
        let kept = integer(limits::VERSIONS_KEPT as u64);
        steps.push(step(schema::PRUNE, vec![text(&version.name), kept]));
        self.change(steps, entry).await
    }

    /// Points a name to a version that is kept.
    pub async fn point(&self, name: &str, number: u64, entry: Entry<'_>) -> Result<(), StoreError> {
        self.change(vec![point(name, Some(number), None)], entry).await
    }

    /// Points a name back to the version before the one that failed on probation, which `entry` is about. No package is looked at:
    /// another deployment may just have stored one that is no version yet.
    pub async fn withdraw(&self, number: u64, entry: Entry<'_>) -> Result<(), StoreError> {
        let name = entry.component;
        let remember = step(
            "UPDATE component SET withdrawal = (SELECT max(id) FROM audit) WHERE name = ?1",
            vec![text(name)],
        );
        let steps = vec![point(name, Some(number), None), note(&entry), remember];
        self.write(steps).await
    }

    /// Ends the probation of the version that runs, which stays.
    pub async fn end_probation(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        let end = step(
            "UPDATE component SET probation_until_ms = NULL WHERE name = ?1 AND current_version = ?2",
            vec![text(entry.component), integer(entry.version)],
        );
        self.write(vec![end, note(&entry)]).await
    }

    /// Points a name to nothing or to its built-in, and forgets what was uploaded under it.
    pub async fn remove(&self, name: &str, builtin: Option<u64>, entry: Entry<'_>) -> Result<(), StoreError> {
        let forget = step(
            "DELETE FROM version WHERE name = ?1 AND origin = 'upload'",
            vec![text(name)],
        );
        self.change(vec![point(name, builtin, None), forget], entry).await
    }

    /// The bytes of a version, checked against its digest.
    pub async fn package(&self, digest: &Digest) -> Result<Bytes, StoreError> {
        self.files.read(digest).await
    }

    /// One transaction: the steps and their line in the audit. Files that lost their last version go after it.
    async fn change(&self, mut steps: Vec<EngineStep>, entry: Entry<'_>) -> Result<(), StoreError> {
        steps.push(note(&entry));
        self.write(steps).await?;
        // The change is done; a file that stays too long is no reason to call it failed.
        if let Err(error) = self.sweep().await {
            tracing::warn!(%error, "packages that no version needs were not removed");
        }
        Ok(())
    }

    async fn write(&self, steps: Vec<EngineStep>) -> Result<(), StoreError> {
        let written = self.database.batch(&self.role, steps).await;
        written.map(drop).map_err(StoreError::Database)
    }

    #[cfg(test)]
    pub async fn audit_of(&self, actor: Actor) -> Result<Vec<(String, u64, String)>, StoreError> {
        let sql = "SELECT action, version, detail FROM audit WHERE actor = ?1 ORDER BY id";
        rows::entries(self.query(sql, vec![text(actor.as_str())]).await?)
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        let digests = rows::digests(self.query("SELECT DISTINCT digest FROM version", Vec::new()).await?)?;
        self.files.keep_only(digests).await
    }

    async fn query(&self, sql: &str, parameters: Vec<EngineValue>) -> Result<EngineOutcome, StoreError> {
        let statement = EngineStatement {
            sql: sql.into(),
            parameters,
        };
        self.database
            .query(&self.role, statement)
            .await
            .map_err(StoreError::Database)
    }
}

fn step(sql: &str, parameters: Vec<EngineValue>) -> EngineStep {
    EngineStep {
        statement: EngineStatement {
            sql: sql.into(),
            parameters,
        },
        must_affect: false,
    }
}

fn point(name: &str, number: Option<u64>, probation_until_ms: Option<i64>) -> EngineStep {
    let number = number.map_or(EngineValue::Null, integer);
    let now = EngineValue::Integer(super::clock::now_ms());
    let until = probation_until_ms.map_or(EngineValue::Null, EngineValue::Integer);
    let sql = "UPDATE component SET current_version = ?2, deployed_ms = ?3, probation_until_ms = ?4, withdrawal = NULL \
               WHERE name = ?1";
    EngineStep {
        must_affect: true,
        ..step(sql, vec![text(name), number, now, until])
    }
}

/// The line of a change in the audit.
fn note(entry: &Entry<'_>) -> EngineStep {
    step(
        "INSERT INTO audit (time_ms, actor, action, component, version, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        vec![
            EngineValue::Integer(super::clock::now_ms()),
            text(entry.actor.as_str()),
            text(entry.action),
            text(entry.component),
            integer(entry.version),
            text(&entry.detail),
        ],
    )
}

fn text(text: &str) -> EngineValue {
    EngineValue::Text(text.to_owned())
}

/// Version numbers count deployments of one component, so they never come near the largest integer.
fn integer(number: u64) -> EngineValue {
    EngineValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
