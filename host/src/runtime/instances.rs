//! Instances: how one is made, for how many requests it serves, and when it ends.
//!
//! `wasmtime_wasi_http::handler` gives requests to instances and drives them; this module answers its questions.

use super::end::{End, Link};
use super::shared::Shared;
use super::state::State;
use crate::audit::Trace;
use crate::faults::{self, Place};
use crate::limits;
use futures::FutureExt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance as Made, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
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

/// What an instance is given with a request.
pub struct Given {
    pub(super) link: Arc<Link>,
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
        match self.end.is_given_up() {
            true => ShouldAccept::Never,
            false => self.shared.should_accept(concurrent, total),
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, State>,
        given: Given,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let Given { link, trace } = given;
        link.attach(&self.end);
        if let Some(ProxyPre::P2(_)) = self.shared.handler {
            // WASI 0.2 does not let a call of the host see its task; but no other one is inside meanwhile.
            store.data_mut().http_client.set_trace(Some(trace.clone()));
        }
        store.data_mut().tasks.begin(task, trace);
        let timeout = self.shared.timeout;
        // A time-out or not: what matters is that it is over.
        Box::pin(async move { drop(tokio::time::timeout(timeout, link.given_up()).await) })
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        // Before the store goes, and with it the bodies that the instance still gives: whoever sends them must know that they
        // are not whole.
        self.end.set_failed(result.is_err());
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
    /// When the time of those is over whom nobody waits for, in an instance that others were given to as well.
    grace: Option<Pin<Box<Sleep>>>,
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
            grace: None,
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
            self.end.set_timed_out();
        }
        match expired.is_pending() && status != WorkerStatus::Idle {
            true => self.poll_given_up(context),
            false => expired,
        }
    }
}

impl Expiration {
    /// Where nobody waits for anything any more. Others that were answered may have something left to do, which gets a little time.
    fn poll_given_up(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.end.is_for_nobody(context) {
            return Poll::Pending;
        }
        if self.end.is_of_one() {
            return Poll::Ready(());
        }
        let grace = || Box::pin(tokio::time::sleep(limits::INSTANCE_GRACE));
        self.grace.get_or_insert_with(grace).as_mut().poll(context)
    }

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
