//! What the deployment of components needs from whatever runs them.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;

use crate::components::commands::{Answer, Call, CommandError};
use crate::components::services::StillUsed;
use crate::components::size::Oversize;
use crate::components::version::Version;
use crate::limits;

/// A version that was made ready, or why it was not.
type Ready<P> = Result<P, Refusal>;

pub trait Runtime: Send + Sync + 'static {
    /// A version that is ready to take requests.
    type Prepared: Send + 'static;

    /// Compiles a version and keeps the code, so that making it ready does not take long. Nothing else changes.
    fn compile(&self, version: &Version, wasm: &Bytes) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Checks what a version imports and exports, and instantiates it once; compiles it first where its code is not kept. Nothing
    /// else changes.
    fn prepare(&self, version: &Version, wasm: Bytes) -> impl Future<Output = Result<Self::Prepared, Refusal>> + Send;

    /// The same for a version whose code was compiled before, and without its bytes; none where there is no such code.
    fn prepare_cached(&self, version: &Version) -> impl Future<Output = Option<Ready<Self::Prepared>>> + Send;

    /// The interfaces, without their versions, of which a version that was made ready imports functions.
    fn imports(&self, prepared: &Self::Prepared) -> BTreeSet<String>;

    /// The services that other components use and that would be gone if this version took the place of the one that runs under its name.
    fn still_used(&self, version: &Version) -> Vec<StillUsed>;

    /// That a version which was made ready some time ago still fits those that run now, in the types of their services.
    fn check_fit(&self, version: &Version, prepared: &Self::Prepared) -> Result<(), Refusal>;

    /// The number of the version that runs under this name.
    fn runs(&self, name: &str) -> Option<u64>;

    /// Makes all changes in one step, for every request that comes from now on. Requests under way end where they began.
    fn switch(&self, changes: Vec<Change<Self::Prepared>>);

    /// Waits until a version on probation has failed too often. Each is told of once.
    fn next_failing(&self) -> impl Future<Output = Failing> + Send;

    /// The version that was kept ready to take the place of this one again, which is on probation. None where there is none.
    fn take_stand_by(&self, failing: &Failing) -> Option<Self::Prepared>;

    /// Runs a command of whichever component brings it.
    fn run_command(&self, name: &str, call: Call) -> impl Future<Output = Result<Answer, CommandError>> + Send;
}

/// A change of what runs.
pub enum Change<P> {
    /// This version now runs under its name. Where it is on probation, for so long, it is watched, and the version that it replaces
    /// is kept ready.
    Put(Box<Version>, P, Option<Duration>),
    /// Nothing runs under this name any more.
    Remove(String),
}

/// A version that failed too often on probation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    pub name: String,
    pub number: u64,
    /// What of it failed, in words for people.
    pub why: String,
}

/// Why a version cannot run. All but the last are one sentence for the component's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It imports what the host does not have.
    #[error("{0}")]
    Import(String),
    /// It exports nothing that the host could call.
    #[error("{0}")]
    Export(String),
    /// It exports what another host would call.
    #[error("{0}")]
    World(String),
    /// It is more than the host takes on.
    #[error(transparent)]
    Oversize(Oversize),
    /// A service that it provides or uses cannot be linked.
    #[error("{0}")]
    Service(String),
    /// It cannot be compiled, or not within the limits.
    #[error("{0}")]
    Compile(String),
    /// It does not come up.
    #[error("{0}")]
    Start(String),
    /// Its own code traps while it comes up.
    #[error("it traps when it starts: {0}")]
    StartTrapped(String),
    /// Its own code does not come to an end while it comes up.
    #[error(
        "it is still busy {} seconds after its start; do what takes long in a request or a command",
        limits::TRIAL_TIMEOUT.as_secs()
    )]
    StartTimedOut,
    /// The host failed, not the component. Logged, and not shown over the network.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Import(_) => "unknown_import",
            Refusal::Export(_) => "nothing_to_call",
            Refusal::Service(_) => "service_mismatch",
            Refusal::World(_) => "wrong_world",
            Refusal::Oversize(oversize) => oversize.code(),
            Refusal::Compile(_) => "not_compiled",
            Refusal::Start(_) => "not_started",
            Refusal::StartTrapped(_) => "start_trapped",
            Refusal::StartTimedOut => "start_timed_out",
            Refusal::Internal(_) => "internal",
        }
    }
}
