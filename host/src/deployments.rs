//! What is deployed right now: makes versions ready, and switches what answers which path in one step.

use crate::capability::Stores;
use crate::components::commands::{Answer, Call, Command, CommandError};
use crate::components::deploy::{Change, Refusal};
use crate::components::manifest::Manifest;
use crate::components::version::Version;
use crate::router::Router;
use crate::runtime::{Prepared, Running, Runtime};
use arc_swap::ArcSwap;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A component that runs: how it is reached, and what runs it.
struct Deployed {
    routes: Vec<String>,
    commands: Vec<Command>,
    running: Arc<Running>,
}

/// The components that run, and the table that leads to them.
pub struct Deployments {
    runtime: Arc<Runtime>,
    stores: Stores,
    router: ArcSwap<Router<Arc<Running>>>,
    /// Changed by one switch at a time; read to build the next table, and to find a command.
    running: Mutex<BTreeMap<String, Deployed>>,
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

    fn find_command(&self, name: &str) -> Option<(Arc<Running>, Command)> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.values().find_map(|deployed| {
            let command = deployed.commands.iter().find(|command| command.name == name)?;
            Some((deployed.running.clone(), command.clone()))
        })
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
                Change::Put(version, Prepared(new)) => {
                    let Manifest { routes, commands, .. } = version.manifest;
                    let deployed = Deployed {
                        routes,
                        commands,
                        running: new,
                    };
                    running.insert(version.name, deployed)
                }
                Change::Remove(name) => running.remove(&name),
            };
        }
        let (router, left_out) = Router::new(
            running
                .values()
                .map(|deployed| (deployed.routes.as_slice(), deployed.running.clone())),
        );
        if !left_out.is_empty() {
            tracing::error!(routes = ?left_out, "routes of two components conflict");
        }
        self.router.store(Arc::new(router));
    }

    async fn run_command(&self, name: &str, call: Call) -> Result<Answer, CommandError> {
        // The version that is found runs the command to its end, whatever is deployed meanwhile.
        let Some((running, command)) = self.find_command(name) else {
            return Err(CommandError::Unknown(name.to_owned()));
        };
        running.run_command(&command, call).await
    }
}
