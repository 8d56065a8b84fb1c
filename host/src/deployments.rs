//! What is deployed right now: makes versions ready, and switches what answers which path in one step.

use crate::capability::Stores;
use crate::components::deploy::{Change, Refusal};
use crate::components::version::Version;
use crate::router::Router;
use crate::runtime::{Prepared, Running, Runtime};
use arc_swap::ArcSwap;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The routes of a component, and what answers them.
type Routed = (Vec<String>, Arc<Running>);

/// The components that run, and the table that leads to them.
pub struct Deployments {
    runtime: Arc<Runtime>,
    stores: Stores,
    router: ArcSwap<Router<Arc<Running>>>,
    /// Changed by one switch at a time; read only to build the next table.
    running: Mutex<BTreeMap<String, Routed>>,
}

impl Deployments {
    /// Nothing deployed yet.
    pub fn new(runtime: Arc<Runtime>, stores: Stores) -> Arc<Self> {
        let (router, _) = Router::new([]);
        Arc::new(Self {
            runtime,
            stores,
            router: ArcSwap::from_pointee(router),
            running: Mutex::default(),
        })
    }

    /// What components are given parts of.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// The component that answers this path. It stays as it is for as long as the caller holds it, whatever is deployed meanwhile.
    pub fn find(&self, path: &str) -> Option<Arc<Running>> {
        self.router.load().find(path).cloned()
    }

    /// Lets go of everything: the server stops.
    pub fn clear(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.router.store(Arc::new(Router::new([]).0));
    }
}

impl crate::components::deploy::Runtime for Deployments {
    type Prepared = Prepared;

    async fn prepare(&self, version: &Version, wasm: Bytes) -> Result<Prepared, Refusal> {
        self.runtime.prepare(version, &wasm, &self.stores).await
    }

    fn switch(&self, changes: Vec<Change<Prepared>>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                Change::Put(version, Prepared(new)) => running.insert(version.name, (version.manifest.routes, new)),
                Change::Remove(name) => running.remove(&name),
            };
        }
        let (router, left_out) = Router::new(
            running
                .values()
                .map(|(routes, running)| (routes.as_slice(), running.clone())),
        );
        if !left_out.is_empty() {
            tracing::error!(routes = ?left_out, "routes of two components conflict");
        }
        self.router.store(Arc::new(router));
    }
}
