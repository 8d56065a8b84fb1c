//! A version that answers requests: as many instances as it takes, on every core, within its limits.

use super::instances::{Instance, Instances};
use super::shared::Shared;
use super::state::State;
use crate::limits;
use http_body_util::combinators::UnsyncBoxBody;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::Store;
use wasmtime_wasi_http::Error as WasiError;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, Proxy, ProxyHandler};

/// A request, its URI absolute.
pub type Question = http::Request<UnsyncBoxBody<bytes::Bytes, WasiError>>;
/// Its answer, and the right to be running that lasts as long as the body does.
pub struct Answer {
    /// What the component answered.
    pub response: http::Response<UnsyncBoxBody<bytes::Bytes, WasiError>>,
    /// Kept until the body has ended.
    pub permit: OwnedSemaphorePermit,
    /// The instance that gives the body.
    pub instance: Instance,
}

/// Why a component gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Too many requests wait for it, or for too long.
    #[error("the component is busy")]
    Busy,
    /// It took longer than its time limit.
    #[error("the component took too long")]
    TimedOut,
    /// It could not be started.
    #[error("the component could not be started")]
    NotStarted,
    /// It trapped, or answered in a way that is no HTTP.
    #[error("the component failed")]
    Failed,
}

thread_local! {
    /// Which of the server's cores this thread is.
    static CORE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Says that this thread is the server's core number `index`. Instances stay on the core where they began.
pub fn set_core(index: usize) {
    CORE.set(Some(index));
}

/// One version that runs.
pub struct Running {
    shared: Arc<Shared>,
    /// One for each core, made when its first request comes.
    cores: Vec<OnceLock<Core>>,
}

/// What the instances on one core have in common.
struct Core {
    handler: ProxyHandler<Instances>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Running {
    pub(super) fn new(shared: Shared) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            shared: Arc::new(shared),
            cores: (0..cores).map(|_| OnceLock::new()).collect(),
        }
    }

    pub(super) async fn instantiate(&self) -> wasmtime::Result<(Store<State>, Proxy)> {
        self.shared.instantiate().await
    }

    /// The component's name.
    pub fn name(&self) -> &str {
        &self.shared.granted.name
    }

    /// Lets one instance answer.
    pub async fn answer(&self, question: Question) -> Result<Answer, Failure> {
        let index = CORE.get().unwrap_or(0);
        let core = self.cores[index % self.cores.len()].get_or_init(|| Core::new(&self.shared));
        let permit = core.permit().await?;
        let instance = Instance::default();
        match core.handler.handle(instance.clone(), question).await {
            Ok(response) => Ok(Answer {
                response,
                permit,
                instance,
            }),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &wasmtime::Error) -> Failure {
        let failure = if error.is::<ExpirationError>() {
            Failure::TimedOut
        } else if error.is::<InstantiationError<Instance>>() {
            Failure::NotStarted
        } else {
            Failure::Failed
        };
        tracing::warn!(component = self.name(), cause = format!("{error:#}"), "{failure}");
        failure
    }
}

impl Drop for Running {
    /// The version was replaced and its last request has been answered: its idle instances end.
    fn drop(&mut self) {
        self.shared.drained.send_replace(true);
    }
}

impl Core {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            handler: ProxyHandler::new(Instances(shared.clone())),
            permits: Arc::new(Semaphore::new(limits::REQUESTS_RUNNING_MAX)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The right to be running: at once where there is room, else in the order of arrival.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = Waiting::begin(&self.waiting).ok_or(Failure::Busy)?;
        let permit = tokio::time::timeout(limits::REQUEST_WAIT_TIMEOUT, self.permits.clone().acquire_owned()).await;
        permit.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Busy)
    }
}

/// Counts one that waits, for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Option<Self> {
        let this = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < limits::REQUESTS_WAITING_MAX).then_some(this)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
