//! A version that answers requests: as many instances as it takes, on every core, within its limits.

use super::admission::Admission;
use super::calls::{Calls, Export};
use super::end::End;
use super::instances::{Given, Instances};
use super::log::explain;
use super::outcome::Outcome;
use super::probation::Probation;
use super::shared::Shared;
use super::visit::Visit;
use crate::audit::{Deed, Ledger, Trace, Verdict};
use crate::capability::sse::Listening;
use crate::limits;
use http_body_util::combinators::UnsyncBoxBody;
use std::cell::Cell;
use std::sync::{Arc, OnceLock};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Component, Val};
use wasmtime_wasi_http::Error as WasiError;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};

/// A request, its URI absolute.
pub type Question = http::Request<UnsyncBoxBody<bytes::Bytes, WasiError>>;
/// Its answer, and the right to be running that lasts as long as the body does.
pub struct Answer {
    /// What the component answered.
    pub response: http::Response<UnsyncBoxBody<bytes::Bytes, WasiError>>,
    /// Kept until the body has ended.
    pub permit: OwnedSemaphorePermit,
    /// The body of the host's own that takes the place of the component's, where the answer is a listener's.
    pub listening: Option<Listening>,
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

impl Failure {
    /// What it is to those who count, with the end of the instance where there was one.
    pub(super) fn outcome(self, end: Option<&End>) -> Outcome {
        match self {
            Self::Busy => Outcome::Busy,
            Self::TimedOut => Outcome::TimedOut,
            Self::NotStarted => Outcome::Trapped,
            Self::Failed => end.map_or(Outcome::Trapped, End::outcome),
        }
    }
}

thread_local! {
    /// Which of the server's cores this thread is.
    static CORE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Says that this thread is the server's core number `index`. Instances stay on the core where they began.
pub fn set_core(index: usize) {
    CORE.set(Some(index));
}

/// Which of the server's cores this thread is; those that are none have the number after the last.
pub fn core_index(cores: usize) -> usize {
    CORE.get().map_or(cores, |core| core % cores)
}

/// One version that runs.
pub struct Running {
    shared: Arc<Shared>,
    /// One for each core, made when its first request comes; the last one is for threads that are none of the server's cores.
    cores: Vec<OnceLock<Core>>,
}

/// What the instances on one core have in common.
struct Core {
    handler: ProxyHandler<Instances>,
    admission: Admission,
    calls: Arc<Calls>,
}

impl Running {
    pub(super) fn new(shared: Shared) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            shared: Arc::new(shared),
            cores: (0..=cores).map(|_| OnceLock::new()).collect(),
        }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// What watches it while it is new.
    pub fn probation(&self) -> &Probation {
        &self.shared.probation
    }

    /// The component's name.
    pub fn name(&self) -> &str {
        &self.shared.granted.ledger.component
    }

    /// What it does, counted.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.shared.granted.ledger
    }

    /// What the instances on this thread have in common.
    fn core(&self) -> &Core {
        let index = core_index(self.cores.len() - 1);
        self.cores[index].get_or_init(|| Core::new(&self.shared))
    }

    /// A request comes, and this version is to answer it.
    pub fn visit(&self, trace: Arc<Trace>) -> Visit {
        Visit::begin(&self.shared, trace)
    }

    /// Lets one instance answer.
    pub async fn answer(&self, question: Question, visit: &mut Visit) -> Result<Answer, Failure> {
        let answer = self.try_to_answer(question, visit).await;
        match &answer {
            Ok(answer) => visit.answered(answer.response.status()),
            Err(failure) => visit.failed(*failure),
        }
        answer
    }

    async fn try_to_answer(&self, question: Question, visit: &Visit) -> Result<Answer, Failure> {
        let core = self.core();
        let permit = core.admission.permit().await?;
        let given = Given {
            link: visit.link().clone(),
            trace: visit.trace().clone(),
        };
        match core.handler.handle(given, question).await {
            Ok(mut response) => Ok(Answer {
                listening: self.shared.granted.sse.take_body(response.headers_mut()),
                response,
                permit,
            }),
            Err(error) => Err(self.failure(&error, visit)),
        }
    }

    /// What runs.
    pub fn component(&self) -> &Component {
        self.shared.pre.component()
    }

    /// A function that it exports in an interface, whose name has a version: a compatible one is found as well.
    pub fn export(&self, interface: &str, function: &str) -> Option<Export> {
        Export::find(self.component(), interface, function)
    }

    /// Lets one instance run a function that this version exports; the arguments must be of its types. The instance is none of
    /// those that answer requests. A call whose caller goes away is not taken back.
    pub async fn call(
        &self,
        function: &Export,
        arguments: Vec<Val>,
        trace: Option<Arc<Trace>>,
    ) -> Result<Vec<Val>, Failure> {
        self.ledger().counter(function.line()).add(Verdict::Allowed);
        let result = self.core().calls.call(function, arguments, trace).await;
        // What trapped was noted where it happened, for all whom it concerned.
        let outcome = result
            .as_ref()
            .map_or_else(|failure| failure.outcome(None), |_| Outcome::Ok);
        self.shared.note(Deed::Call, outcome, None);
        result.inspect_err(|failure| {
            tracing::warn!(component = self.name(), function = function.name(), "{failure}");
            let note = format!("a call of `{}` was not answered: {failure}", function.name());
            self.shared.granted.note(&note);
        })
    }

    fn failure(&self, error: &wasmtime::Error, visit: &Visit) -> Failure {
        let failure = if error.is::<ExpirationError>() || visit.has_timed_out() {
            Failure::TimedOut
        } else if error.is::<InstantiationError<Given>>() {
            Failure::NotStarted
        } else {
            Failure::Failed
        };
        let (component, request) = (self.name(), visit.trace().id);
        tracing::warn!(component, %request, cause = format!("{error:#}"), "{failure}");
        let note = format!("request {request} was not answered: {failure}: {}", explain(error));
        self.shared.granted.note(&note);
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
        let admission = Admission::new(
            limits::REQUESTS_RUNNING_MAX,
            limits::REQUESTS_WAITING_MAX,
            limits::REQUEST_WAIT_TIMEOUT,
        );
        Self {
            handler: ProxyHandler::new(Instances(shared.clone())),
            admission,
            calls: Calls::new(shared),
        }
    }
}
