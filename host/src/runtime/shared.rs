//! What all instances of a version have in common, and how one is made.

use super::end::End;
use super::log::explain;
use super::outcome::Outcome;
use super::prepared::root;
use super::probation::Probation;
use super::state::{Granted, State};
use crate::audit::Deed;
use crate::capability::bindings::command::CommandWorldPre;
use crate::capability::bindings::worker::{WorkerWorld, WorkerWorldPre};
use crate::components::manifest::Reuse;
use crate::limits;
use http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use wasmtime::component::{Instance, InstancePre};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi_http::handler::{Proxy, ProxyPre, ShouldAccept};

/// What all instances of a version have in common.
pub struct Shared {
    pub engine: Engine,
    /// As many permits as the pool has room for instances, of all components together.
    pub places: Arc<Semaphore>,
    pub pre: InstancePre<State>,
    /// How it answers requests, where it does.
    pub handler: Option<ProxyPre<State>>,
    /// Where the component brings commands.
    pub command: Option<CommandWorldPre<State>>,
    /// Where the component does something all the time.
    pub worker: Option<WorkerWorldPre<State>>,
    pub granted: Granted,
    pub reuse: Reuse,
    pub timeout: Duration,
    /// Watches what fails, where the version is new.
    pub probation: Probation,
    /// True once the version was replaced: instances end when they have nothing left to do.
    pub drained: watch::Sender<bool>,
}

impl Shared {
    /// A fresh store and instance, under the version's limits. Waits for a place in the pool and for the instance to come up, but
    /// not for long.
    pub async fn instantiate(&self) -> wasmtime::Result<(Store<State>, Instance)> {
        in_time(async {
            let mut store = self.store().await?;
            let instance = self.pre.instantiate_async(&mut store).await?;
            Ok((store, instance))
        })
        .await
    }

    /// The same, to answer requests.
    pub async fn instantiate_handler(&self) -> wasmtime::Result<(Store<State>, Proxy)> {
        let handler = self.handler.as_ref();
        let handler = handler.ok_or_else(|| wasmtime::format_err!("it exports no handler of requests"))?;
        in_time(async {
            let mut store = self.store().await?;
            let proxy = handler.instantiate_async(&mut store).await?;
            Ok((store, proxy))
        })
        .await
    }

    /// The same, to do something all the time.
    pub async fn instantiate_worker(&self) -> wasmtime::Result<(Store<State>, WorkerWorld)> {
        let worker = self.worker.as_ref();
        let worker = worker.ok_or_else(|| wasmtime::format_err!("it does nothing all the time"))?;
        in_time(async {
            let mut store = self.store().await?;
            let world = worker.instantiate_async(&mut store).await?;
            Ok((store, world))
        })
        .await
    }

    /// A fresh store, under the version's limits. Waits for a place in the pool.
    pub async fn store(&self) -> wasmtime::Result<Store<State>> {
        let place = self.places.clone().acquire_owned().await?;
        let mut store = Store::new(&self.engine, State::new(&self.granted, place));
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits::HOSTCALL_BYTES_MAX);
        // At every beat running code lets others have their turn. How long it may run in all is for `Expiration` to say.
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            store.data().beats.fetch_add(1, Ordering::Relaxed);
            Ok(UpdateDeadline::Yield(1))
        });
        Ok(store)
    }

    /// Whether an instance takes one more, given what it does now and how much it did in all.
    pub fn should_accept(&self, concurrent: usize, total: usize) -> ShouldAccept {
        // An instance made while the version drains is there for a request that waits already: it takes one and ends.
        let used_up = total > 0 && *self.drained.borrow();
        if used_up || (self.reuse.max_requests > 0 && total as u64 >= self.reuse.max_requests) {
            ShouldAccept::Never
        } else if concurrent >= self.reuse.max_concurrent as usize {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    /// Notes how an instance ended, before its store goes.
    pub fn note_end(&self, end: &End, result: &wasmtime::Result<()>) {
        // An instance that is dropped with the server, idle, did not fail; nor did one whose clients have gone.
        if let Err(error) = result
            && !(*self.drained.borrow())
            && !end.is_given_up()
        {
            self.probation.note_cause(|| root(error));
            let (component, version) = (&self.granted.ledger.component, self.granted.ledger.version);
            tracing::warn!(%component, version, outcome = %end.outcome(), cause = format!("{error:#}"), "an instance ended");
            let note = format!("an instance ended, {}: {}", end.outcome(), explain(error));
            self.granted.note(&note);
        }
    }

    /// Notes how something ended that the version did, with the status of the response where there is one.
    pub fn note(&self, deed: Deed, outcome: Outcome, status: Option<StatusCode>) {
        self.granted.ledger.ends.add(deed, outcome);
        self.probation.note(outcome, status);
    }
}

async fn in_time<T>(up: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    let up = tokio::time::timeout(limits::INSTANTIATE_TIMEOUT, up).await;
    up.map_err(|_| wasmtime::format_err!("it is still busy after several seconds"))?
}
