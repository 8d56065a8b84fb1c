//! Everything that a deployment, rollback or removal can fail of: a stable code, and one sentence for a newcomer.

use crate::capability::sqlite::{EngineError, MigrationError};
use crate::components::commands::CommandConflict;
use crate::components::deploy::Refusal;
use crate::components::package::PackageError;
use crate::components::review::GrantsReview;
use crate::components::routes::RouteConflict;
use crate::components::services::{ServiceConflict, StillUsed};
use crate::components::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    #[error("{0}")]
    Package(PackageError),
    #[error("{0}")]
    Name(String),
    #[error("{0}")]
    Route(RouteConflict),
    #[error("{0}")]
    Command(CommandConflict),
    #[error("{0}")]
    Service(ServiceConflict),
    #[error(
        "`{name}` would no longer provide {}; let it provide that as well, or first end those who use it, with `guesthouse components \
         remove`",
        services.iter().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
    )]
    StillUsed { name: String, services: Vec<StillUsed> },
    #[error("`{name}` cannot run: {refusal}")]
    Refused { name: String, refusal: Refusal },
    #[error(
        "`{name}` asks for more than it has: {}; accept it with `--accept-grants` if you trust this component with it",
        review.added.join(", ")
    )]
    GrantsNotAccepted { name: String, review: Box<GrantsReview> },
    #[error("a migration of `{name}` in {database}.db failed, so nothing was deployed: {error}")]
    Migration {
        name: String,
        database: String,
        error: Box<MigrationError>,
    },
    #[error("{database}.db, which `{name}` migrates, cannot be used: {error}")]
    Database {
        name: String,
        database: String,
        error: EngineError,
    },
    #[error("no component `{0}` is deployed; `guesthouse components list` shows those that are")]
    NotFound(String),
    #[error("`{name}` has no version {number}; `guesthouse components versions {name}` shows those that are kept")]
    NoSuchVersion { name: String, number: u64 },
    #[error("version {number} of `{name}` runs already")]
    RunsAlready { name: String, number: u64 },
    #[error("`{0}` has no earlier version to go back to")]
    NothingBefore(String),
    #[error("{0}")]
    Store(StoreError),
}

impl DeployError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            DeployError::Package(error) => error.code(),
            DeployError::Name(_) => "invalid_name",
            DeployError::Route(_) => "route_conflict",
            DeployError::Command(_) => "command_conflict",
            DeployError::Service(_) => "service_conflict",
            DeployError::StillUsed { .. } => "service_still_used",
            DeployError::Refused { refusal, .. } => refusal.code(),
            DeployError::GrantsNotAccepted { .. } => "grants_not_accepted",
            DeployError::Migration { .. } => "migration_failed",
            DeployError::Database { .. } | DeployError::Store(_) => "internal",
            DeployError::NotFound(_) => "not_found",
            DeployError::NoSuchVersion { .. } => "no_such_version",
            DeployError::RunsAlready { .. } => "runs_already",
            DeployError::NothingBefore(_) => "nothing_before",
        }
    }
}

impl From<StoreError> for DeployError {
    fn from(error: StoreError) -> DeployError {
        DeployError::Store(error)
    }
}
