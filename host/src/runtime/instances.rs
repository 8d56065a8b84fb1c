//! Instances: how one is made, for how many requests it serves, and when it ends.
//!
//! `wasmtime_wasi_http::handler` gives requests to instances and drives them; this module answers its questions.

use super::outcome::Outcome;
use super::shared::Shared;
use super::state::State;
use crate::audit::Trace;
use crate::faults::{self, Place};
use crate::limits;
use futures::FutureExt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance as Made, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

/// The instances of one version on one core.
pub struct Instances(pub Arc<Shared>);

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Life;

    async fn instantiate(&self) -> wasmtime::Result<Made<State, Expiration, Life>> {
        faults::visit(Place::Instance);
        let (store, proxy) = self.0.instantiate_handler().await?;
        let end = Arc::new(End::new(store.data()));
        Ok(Made {
            expiration: Expiration::new(&self.0, store.data().beats.clone(), end.clone()),
            store,
            proxy,
            view: State::http,
            state: Life {
                shared: self.0.clone(),
                end,
            },
        })
    }
}

/// How the instance ended that answers a request. It is set when the request is given to an instance.
pub type Instance = Arc<OnceLock<Arc<End>>>;

/// How an instance ended, known to all who wait for it.
pub struct End {
    failed: AtomicBool,
    timed_out: AtomicBool,
    out_of_memory: Arc<AtomicBool>,
}

impl End {
    /// Of an instance that lives.
    pub(super) fn new(state: &State) -> Self {
        Self {
            failed: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            out_of_memory: state.memory.exceeded().clone(),
        }
    }

    /// Whether it ended before its time.
    pub fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// What it means for those whom it did not answer.
    pub fn outcome(&self) -> Outcome {
        if self.out_of_memory.load(Ordering::Relaxed) {
            Outcome::OutOfMemory
        } else if self.timed_out.load(Ordering::Relaxed) {
            Outcome::TimedOut
        } else {
            Outcome::Trapped
        }
    }
}

/// What an instance is given with a request.
pub struct Given {
    pub(super) instance: Instance,
    pub(super) trace: Arc<Trace>,
}

/// How many requests an instance serves.
pub struct Life {
    shared: Arc<Shared>,
    end: Arc<End>,
}

impl WorkerState for Life {
    type StoreData = State;
    type RequestData = Given;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        self.shared.should_accept(concurrent, total)
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, State>,
        given: Given,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let _ = given.instance.set(self.end.clone());
        store.data_mut().tasks.begin(task, given.trace);
        Box::pin(tokio::time::sleep(self.shared.timeout))
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        // Before the store goes, and with it the bodies that the instance still gives: whoever sends them must know that they
        // are not whole.
        self.end.failed.store(result.is_err(), Ordering::Release);
        self.shared.note_end(&self.end, &result);
        drop(store);
    }
}

/// When an instance ends: idle for long or replaced, or busy beyond its time limit. It is asked outside of the instance's own event
/// loop, so it holds for code that never lets go as well.
pub struct Expiration {
    timeout: Duration,
    /// Fires at or before the deadline, and is then set anew: resetting it for every request would cost more than it saves.
    alarm: Pin<Box<Sleep>>,
    drained: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    is_drained: bool,
    beats: Arc<AtomicU64>,
    /// When the instance began to give bodies alone, and the beats until then.
    streaming: Option<(Instant, u64)>,
    end: Arc<End>,
}

impl Expiration {
    pub(super) fn new(shared: &Shared, beats: Arc<AtomicU64>, end: Arc<End>) -> Self {
        let mut drained = shared.drained.subscribe();
        Self {
            timeout: shared.timeout,
            alarm: Box::pin(tokio::time::sleep(shared.timeout + limits::INSTANCE_GRACE)),
            drained: Box::pin(async move { drop(drained.wait_for(|drained| *drained).await) }),
            is_drained: false,
            beats,
            streaming: None,
            end,
        }
    }

    /// Whether code that only gives the body of an answer has been running for too long. How long it waits, for a client that reads
    /// slowly, is not its fault.
    fn streams_too_busily(&mut self, start: Instant) -> bool {
        let beats = self.beats.load(Ordering::Relaxed);
        let before = match self.streaming {
            Some((since, before)) if since == start => before,
            _ => self.streaming.insert((start, beats)).1,
        };
        limits::EPOCH * u32::try_from(beats - before).unwrap_or(u32::MAX) > self.timeout
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        let expired = self.poll_expired(context, status, start);
        if expired.is_ready() && status != WorkerStatus::Idle {
            self.end.timed_out.store(true, Ordering::Relaxed);
        }
        expired
    }
}

impl Expiration {
    fn poll_expired(&mut self, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        if !self.is_drained {
            self.is_drained = self.drained.poll_unpin(context).is_ready();
        }
        let allowed = match status {
            WorkerStatus::Idle if self.is_drained => return Poll::Ready(()),
            WorkerStatus::Idle => limits::INSTANCE_IDLE_TIMEOUT,
            WorkerStatus::Requests => self.timeout + limits::INSTANCE_GRACE,
            WorkerStatus::PostReturn if self.streams_too_busily(start) => return Poll::Ready(()),
            WorkerStatus::PostReturn => limits::RESPONSE_DURATION_MAX,
        };
        let deadline = tokio::time::Instant::from_std(start + allowed);
        if self.alarm.deadline() > deadline {
            self.alarm.as_mut().reset(deadline);
        }
        while self.alarm.as_mut().poll(context).is_ready() {
            if tokio::time::Instant::now() >= deadline {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}
