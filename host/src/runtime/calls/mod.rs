//! Calls of exported functions: which instance gets one, and when another instance is made.
//!
//! An instance that takes calls is a task of its own, which drives its store and says when it can take one more. A call goes to
//! the first that can; where none can, there is room for another instance, for so many calls are let in at most.

mod export;
mod worker;

pub use export::Export;

use super::admission::Admission;
use super::running::Failure;
use super::shared::Shared;
use crate::audit::Trace;
use crate::limits;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use wasmtime::component::Val;

/// The instances of one version on one core that take calls.
pub struct Calls {
    shared: Arc<Shared>,
    admission: Admission,
    /// One for each instance. The first are asked first, so that those that are not needed become idle and end.
    lines: Mutex<Vec<Arc<Line>>>,
}

/// The way to one instance.
struct Line {
    /// Whether the instance takes a call now. Whoever makes this false may send one.
    open: AtomicBool,
    calls: Sender<Call>,
}

/// A call on its way to an instance.
struct Call {
    function: Export,
    arguments: Vec<Val>,
    /// The request on whose behalf.
    trace: Option<Arc<Trace>>,
    /// Where the results go. It is dropped where there are none: the instance ended.
    answer: oneshot::Sender<Result<Vec<Val>, Failure>>,
    /// The right to be running, given back when the call has ended, whether or not somebody still waits for it.
    permit: OwnedSemaphorePermit,
}

impl Calls {
    pub fn new(shared: &Arc<Shared>) -> Arc<Self> {
        Arc::new(Self {
            shared: shared.clone(),
            admission: Admission::new(
                limits::CALLS_RUNNING_MAX,
                limits::CALLS_WAITING_MAX,
                limits::CALL_WAIT_TIMEOUT,
            ),
            lines: Mutex::default(),
        })
    }

    /// Runs a function in one of the instances.
    pub async fn call(
        self: &Arc<Self>,
        function: &Export,
        arguments: Vec<Val>,
        trace: Option<Arc<Trace>>,
    ) -> Result<Vec<Val>, Failure> {
        let permit = self.admission.permit().await?;
        let (answer, results) = oneshot::channel();
        self.give(Call {
            function: function.clone(),
            arguments,
            trace,
            answer,
            permit,
        });
        let results = tokio::time::timeout(self.shared.timeout, results).await;
        results.map_err(|_| Failure::TimedOut)?.map_err(|_| Failure::Failed)?
    }

    /// Gives a call to an instance that takes it, or to a new one.
    fn give(self: &Arc<Self>, mut call: Call) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines.iter().filter(|line| line.open.swap(false, Ordering::AcqRel)) {
            match line.calls.try_send(call) {
                Ok(()) => return,
                // The instance ends just now.
                Err(refused) => call = refused.into_inner(),
            }
        }
        drop(lines);
        self.give_to_new(call);
    }

    fn give_to_new(self: &Arc<Self>, call: Call) {
        let (calls, received) = mpsc::channel(1);
        // There is room for one.
        let _ = calls.try_send(call);
        let line = Arc::new(Line {
            open: AtomicBool::new(false),
            calls,
        });
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line.clone());
        drop(lines);
        tokio::spawn(worker::run(Place {
            calls: self.clone(),
            line,
            received,
            is_up: false,
        }));
    }
}

/// An instance's place among those that take calls, for as long as it lives.
struct Place {
    calls: Arc<Calls>,
    line: Arc<Line>,
    received: Receiver<Call>,
    /// Whether there is an instance yet.
    is_up: bool,
}

impl Place {
    /// Takes no more calls, for now or for ever. One that was sent already goes to a new instance.
    fn close(&mut self) {
        self.line.open.store(false, Ordering::Release);
        if let Ok(call) = self.received.try_recv() {
            self.calls.give_to_new(call);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Calls are sent under the lock: once the line is out of the list, what was sent can be received, and nothing follows.
        let mut lines = self.calls.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| !Arc::ptr_eq(line, &self.line));
        drop(lines);
        // Where no instance came up, another one would not either: the call has failed.
        if self.is_up {
            self.close();
        }
    }
}
