//! What all instances of a version have in common, and how one is made.

use super::state::{Granted, State};
use crate::components::manifest::Reuse;
use crate::limits;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi_http::handler::{Proxy, ProxyPre};

/// What all instances of a version have in common.
pub struct Shared {
    pub engine: Engine,
    /// As many permits as the pool has room for instances, of all components together.
    pub places: Arc<Semaphore>,
    pub pre: ProxyPre<State>,
    pub granted: Granted,
    pub reuse: Reuse,
    pub timeout: Duration,
    /// True once the version was replaced: instances end when they have nothing left to do.
    pub drained: watch::Sender<bool>,
}

impl Shared {
    /// A fresh store and instance, under the version's limits. Waits for a place in the pool and for the instance to come up, but
    /// not for long.
    pub async fn instantiate(&self) -> wasmtime::Result<(Store<State>, Proxy)> {
        let up = tokio::time::timeout(limits::INSTANTIATE_TIMEOUT, self.instantiate_in_time());
        up.await
            .map_err(|_| wasmtime::format_err!("it is still busy after several seconds"))?
    }

    async fn instantiate_in_time(&self) -> wasmtime::Result<(Store<State>, Proxy)> {
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
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok((store, proxy))
    }
}
