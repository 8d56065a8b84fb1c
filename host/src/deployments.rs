//! What is deployed right now: makes versions ready, and switches what answers which path and which service.

use crate::capability::Stores;
use crate::capability::services::{Interface, Provider, Services, misfit};
use crate::components::commands::{Answer, Call, Command, CommandError};
use crate::components::deploy::{Change, Failing, Refusal};
use crate::components::manifest::Manifest;
use crate::components::services::{StillUsed, unversioned};
use crate::components::version::Version;
use crate::router::Router;
use crate::runtime::{AtWork, Prepared, Running, Runtime, Work};
use arc_swap::ArcSwap;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use wasmtime::component::Component;

mod probation;

use probation::OnProbation;

/// A component that runs: how it is reached, and what runs it.
struct Deployed {
    version: u64,
    routes: Vec<String>,
    commands: Vec<Command>,
    provides: Vec<String>,
    prepared: Prepared,
    /// Where it does something all the time, and the server runs.
    at_work: Option<AtWork>,
    /// Another one for every version that ever ran.
    number: u64,
    on_probation: Option<OnProbation>,
}

/// A command that wants to be run when the server has started, and what runs it.
pub struct OnStart {
    pub running: Arc<Running>,
    pub command: Command,
}

/// The components that run, and the tables that lead to them.
pub struct Deployments {
    runtime: Arc<Runtime>,
    stores: Stores,
    services: Arc<Services>,
    router: ArcSwap<Router<Arc<Running>>>,
    /// Changed by one switch at a time; read to build the next tables, to see that a new version fits, and to find a command.
    running: Mutex<BTreeMap<String, Deployed>>,
    /// What keeps components at work. A command that deploys while no server runs has none.
    work: OnceLock<Work>,
    /// Woken when a version on probation has failed too often, and when there is another one.
    probation: Arc<Notify>,
}

impl Deployments {
    /// Nothing deployed yet.
    pub fn new(runtime: Arc<Runtime>, stores: Stores) -> Arc<Self> {
        let (router, _) = Router::new([]);
        Arc::new(Self {
            runtime,
            stores,
            services: Arc::default(),
            router: ArcSwap::from_pointee(router),
            running: Mutex::default(),
            work: OnceLock::new(),
            probation: Arc::default(),
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
            Some((deployed.prepared.running.clone(), command.clone()))
        })
    }

    /// The commands that want to be run when the server has started, in the order of their components' names.
    pub fn on_start(&self) -> Vec<OnStart> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = |deployed: &Deployed| {
            let commands = deployed.commands.iter().filter(|command| command.on_start.is_some());
            let commands = commands.map(|command| OnStart {
                running: deployed.prepared.running.clone(),
                command: command.clone(),
            });
            commands.collect::<Vec<_>>()
        };
        running.values().flat_map(of_one).collect()
    }

    /// Begins what components do all the time: those that run now, and those that come.
    pub fn begin_work(&self, work: Work) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let work = self.work.get_or_init(|| work);
        for deployed in running.values_mut() {
            deployed.at_work = work.begin(&deployed.prepared.running);
        }
    }

    /// Tells them to stop, and waits until they have.
    pub async fn finish_work(&self) {
        for deployed in self.running.lock().unwrap_or_else(PoisonError::into_inner).values_mut() {
            deployed.at_work = None;
        }
        if let Some(work) = self.work.get() {
            work.finish().await;
        }
    }

    /// Lets go of everything: the server stops.
    pub fn clear(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.router.store(Arc::new(Router::new([]).0));
        self.services.replace([]);
    }

    async fn prepare_component(&self, version: &Version, component: Component) -> Result<Prepared, Refusal> {
        let prepared = self
            .runtime
            .prepare(version, component, &self.stores, &self.services)
            .await?;
        self.check_services(version, &prepared)?;
        Ok(prepared)
    }

    /// Refuses a version whose services do not fit those who use them, or whose providers do not fit it.
    fn check_services(&self, version: &Version, prepared: &Prepared) -> Result<(), Refusal> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let others = || running.iter().filter(|(name, _)| **name != version.name);
        for (name, provider) in others() {
            let used = prepared.uses.iter().filter(|used| provides(&provider.provides, used));
            if let Some(misfit) = used
                .filter_map(|used| misfit(used, provider.prepared.running.component()))
                .next()
            {
                return Err(Refusal::Service(format!(
                    "it uses a service of `{name}`, which has {misfit}"
                )));
            }
        }
        let unfit = others().filter_map(|(name, consumer)| {
            let used = consumer
                .prepared
                .uses
                .iter()
                .filter(|used| provides(&version.grants.services.provide, used));
            let misfit = used
                .filter_map(|used| misfit(used, prepared.running.component()))
                .next()?;
            Some(format!("`{name}` would find {misfit}"))
        });
        let unfit: Vec<String> = unfit.collect();
        if unfit.is_empty() {
            return Ok(());
        }
        Err(Refusal::Service(format!(
            "it provides a service that no longer fits those who use it: {}; export what they use as well, or \
             remove them first",
            unfit.join(", ")
        )))
    }
}

impl Deployments {
    fn put(
        &self,
        running: &mut BTreeMap<String, Deployed>,
        version: Version,
        prepared: Prepared,
        probation: Option<Duration>,
    ) {
        let Manifest { routes, commands, .. } = version.manifest;
        self.stores
            .sse
            .grant(&version.name.as_str().into(), Some(version.grants.sse));
        // What it does all the time ends here; the new one waits for that.
        let before = running.remove(&version.name).map(|before| before.prepared);
        let deployed = Deployed {
            version: version.number,
            at_work: self.work.get().and_then(|work| work.begin(&prepared.running)),
            routes,
            commands,
            provides: version.grants.services.provide,
            on_probation: probation.map(|lasts| self.begin_probation(&prepared.running, lasts, before)),
            prepared,
            number: self.services.next_number(),
        };
        running.insert(version.name, deployed);
    }
}

fn provides(services: &[String], used: &Interface) -> bool {
    services.iter().any(|service| service == unversioned(&used.name))
}

impl crate::components::deploy::Runtime for Deployments {
    type Prepared = Prepared;

    async fn compile(&self, version: &Version, wasm: &Bytes) -> Result<(), Refusal> {
        self.runtime.compile(version, wasm).await.map(drop)
    }

    async fn prepare(&self, version: &Version, wasm: Bytes) -> Result<Prepared, Refusal> {
        let component = self.runtime.compile(version, &wasm).await?;
        self.prepare_component(version, component).await
    }

    async fn prepare_cached(&self, version: &Version) -> Option<Result<Prepared, Refusal>> {
        let component = self.runtime.compiled(version)?;
        Some(self.prepare_component(version, component).await)
    }

    fn imports(&self, prepared: &Prepared) -> BTreeSet<String> {
        prepared.imports.clone()
    }

    fn still_used(&self, version: &Version) -> Vec<StillUsed> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let provided = running
            .get(&version.name)
            .map_or(&[][..], |now| now.provides.as_slice());
        let lost = provided
            .iter()
            .filter(|service| !version.grants.services.provide.contains(service));
        let still_used = lost.filter_map(|service| {
            let uses = |one: &Deployed| one.prepared.uses.iter().any(|used| unversioned(&used.name) == service);
            let consumers = running
                .iter()
                .filter(|(_, one)| uses(one))
                .map(|(name, _)| name.clone());
            let consumers: Vec<String> = consumers.collect();
            (!consumers.is_empty()).then(|| StillUsed {
                service: service.clone(),
                consumers,
            })
        });
        still_used.collect()
    }

    fn check_fit(&self, version: &Version, prepared: &Prepared) -> Result<(), Refusal> {
        self.check_services(version, prepared)
    }

    fn runs(&self, name: &str) -> Option<u64> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(name).map(|deployed| deployed.version)
    }

    async fn next_failing(&self) -> Failing {
        self.wait_for_failing().await
    }

    fn take_stand_by(&self, failing: &Failing) -> Option<Prepared> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let deployed = running.get_mut(&failing.name)?;
        let is_meant = deployed.version == failing.number;
        deployed.on_probation.take_if(|_| is_meant)?.stand_by
    }

    fn switch(&self, changes: Vec<Change<Prepared>>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                Change::Put(version, prepared, probation) => self.put(&mut running, *version, prepared, probation),
                Change::Remove(name) => {
                    self.stores.sse.grant(&name.as_str().into(), None);
                    running.remove(&name);
                }
            }
        }
        let routes = running
            .values()
            .map(|one| (one.routes.as_slice(), one.prepared.running.clone()));
        let (router, left_out) = Router::new(routes);
        if !left_out.is_empty() {
            tracing::error!(routes = ?left_out, "routes of two components conflict");
        }
        self.services.replace(running.values().flat_map(|one| {
            let provider = Provider {
                running: one.prepared.running.clone(),
                number: one.number,
            };
            one.provides
                .iter()
                .map(move |service| (service.clone(), provider.clone()))
        }));
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
