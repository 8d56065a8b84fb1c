//! Instances: how one is made, for how many requests it serves, and when it ends.
//!
//! `wasmtime_wasi_http::handler` gives requests to instances and drives them; this module answers its questions.

use super::shared::Shared;
use super::state::State;
use crate::limits;
use futures::FutureExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{HandlerState, Instance, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus};

/// The instances of one version on one core.
pub struct Instances(pub Arc<Shared>);

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Life;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Life>> {
        let (store, proxy) = self.0.instantiate().await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Expiration::new(&self.0),
            state: Life(self.0.clone()),
        })
    }
}

/// How many requests an instance serves.
pub struct Life(Arc<Shared>);

impl WorkerState for Life {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        let reuse = &self.0.reuse;
        // An instance made while the version drains is there for a request that waits already: it takes one and ends.
        let used_up = total > 0 && *self.0.drained.borrow();
        if used_up || (reuse.max_requests > 0 && total as u64 >= reuse.max_requests) {
            ShouldAccept::Never
        } else if concurrent >= reuse.max_concurrent as usize {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(tokio::time::sleep(self.0.timeout))
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        // An instance that is dropped with the server, idle, did not fail; nobody waits for it.
        if let Err(error) = result
            && !(*self.0.drained.borrow())
        {
            let out_of_memory = store.data().memory.exceeded();
            tracing::warn!(component = %self.0.granted.name, out_of_memory, cause = format!("{error:#}"), "an instance ended");
        }
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
}

impl Expiration {
    fn new(shared: &Arc<Shared>) -> Self {
        let mut drained = shared.drained.subscribe();
        Self {
            timeout: shared.timeout,
            alarm: Box::pin(tokio::time::sleep(shared.timeout + limits::INSTANCE_GRACE)),
            drained: Box::pin(async move { drop(drained.wait_for(|drained| *drained).await) }),
            is_drained: false,
        }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        if !self.is_drained {
            self.is_drained = self.drained.poll_unpin(context).is_ready();
        }
        let idle = status == WorkerStatus::Idle;
        if idle && self.is_drained {
            return Poll::Ready(());
        }
        let allowed = if idle {
            limits::INSTANCE_IDLE_TIMEOUT
        } else {
            self.timeout + limits::INSTANCE_GRACE
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
