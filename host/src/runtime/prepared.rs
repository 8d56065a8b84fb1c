//! A version made ready to run: compiled, checked, linked, and instantiated once to see that it comes up.

use super::Refusal;
use super::engine::Runtime;
use super::inspect::Faces;
use super::probation::Probation;
use super::running::Running;
use super::shared::Shared;
use super::state::{Granted, State};
use crate::capability::bindings::command::CommandWorldPre;
use crate::capability::bindings::worker::WorkerWorldPre;
use crate::capability::services::{self, Interface, Services};
use crate::capability::{Stores, http_client, mail, secrets, sqlite, sse};
use crate::components::commands::Command;
use crate::components::manifest::Reuse;
use crate::components::version::Version;
use crate::limits;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use wasmtime::Trap;
use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::handler::ProxyPre;
use wasmtime_wasi_http::{p2, p3};

/// The interface that runs commands.
const EXPORT: &str = "guesthouse:host/command@0.1.0";
/// The interface of what is done all the time.
const WORKER: &str = "guesthouse:host/worker@0.1.0";

/// A version that can answer requests; nothing is routed to it yet.
pub struct Prepared {
    /// What runs.
    pub running: Arc<Running>,
    /// The services that it uses.
    pub uses: Vec<Interface>,
    /// The interfaces of which it imports functions, without their versions.
    pub imports: BTreeSet<String>,
}

impl Runtime {
    /// Makes a version ready. What it was granted is bound to it here, once for all of its instances.
    pub async fn prepare(
        self: &Arc<Self>,
        version: &Version,
        component: Component,
        stores: &Stores,
        services: &Arc<Services>,
    ) -> Result<Prepared, Refusal> {
        let Faces {
            answers_requests,
            uses,
            imports,
        } = self.inspect(&component, version)?;
        let mut linker = self.linker.clone();
        services::link(&mut linker, &uses, services).map_err(|error| Refusal::Internal(error.to_string()))?;
        let pre = linker
            .instantiate_pre(&component)
            .map_err(|error| Refusal::Import(root(&error)))?;
        let command = commands(&pre, &version.manifest.commands)?;
        let worker = worker(&pre)?;
        let handler = answers_requests.then(|| handler(pre.clone())).transpose()?;
        let name: Arc<str> = version.name.as_str().into();
        let ledger = stores.audit.ledger(&name, version.number);
        let granted = Granted {
            mail: Arc::new(mail::Granted::new(
                stores.mail.clone(),
                name.clone(),
                version.grants.mail.clone(),
            )),
            sse: Arc::new(sse::Granted::new(stores.sse.clone(), &name, version.grants.sse.clone())),
            sqlite: Arc::new(sqlite::Granted::new(
                stores.databases.clone(),
                &version.grants.sqlite,
                &ledger,
            )),
            ledger,
            logs: stores.logs.clone(),
            secrets: Arc::new(secrets::Granted::new(
                stores.secrets.clone(),
                version.grants.secrets.clone(),
            )),
            services: Arc::new(services::Granted::new(services.clone(), &version.grants.services.uses)),
            http_client: Arc::new(http_client::Granted::new(version.grants.http.clone())),
            public_origin: stores.public_origin.clone(),
            memory_bytes_max: version.manifest.limits.memory_mib as usize * 1024 * 1024,
        };
        let reuse = version.manifest.reuse.clone().unwrap_or(Reuse {
            max_requests: 1,
            max_concurrent: 1,
        });
        let timeout = Duration::from_millis(version.manifest.limits.timeout_ms);
        let running = Arc::new(Running::new(Shared {
            engine: self.engine.clone(),
            places: self.places.clone(),
            pre,
            handler,
            command,
            worker,
            granted,
            reuse,
            timeout,
            probation: Probation::default(),
            drained: watch::Sender::new(false),
        }));
        running.probe().await?;
        Ok(Prepared { running, uses, imports })
    }
}

/// Finds the handler that the component exports; the newer one where it has both.
fn handler(pre: InstancePre<State>) -> Result<ProxyPre<State>, Refusal> {
    if let Ok(service) = p3::bindings::ServicePre::new(pre.clone()) {
        return Ok(ProxyPre::P3(service));
    }
    let proxy = p2::bindings::ProxyPre::new(pre).map_err(|error| Refusal::Export(root(&error)))?;
    Ok(ProxyPre::P2(proxy))
}

/// Finds what runs commands. What is exported and what the manifest names must go together: else a command would be listed that
/// cannot be run, or one be there that nobody finds.
fn commands(pre: &InstancePre<State>, named: &[Command]) -> Result<Option<CommandWorldPre<State>>, Refusal> {
    let exported = pre.component().get_export_index(None, EXPORT).is_some();
    match (exported, named.is_empty()) {
        (false, true) => Ok(None),
        (false, false) => Err(Refusal::Export(format!(
            "its manifest names commands, but it does not export {EXPORT}"
        ))),
        (true, true) => Err(Refusal::Export(format!(
            "it exports {EXPORT}, but its manifest names no command; add `[[command]]` with `name` and `about`"
        ))),
        (true, false) => {
            let pre = CommandWorldPre::new(pre.clone()).map_err(|error| Refusal::Export(root(&error)))?;
            Ok(Some(pre))
        }
    }
}

/// Finds what the component does all the time, if it does anything.
fn worker(pre: &InstancePre<State>) -> Result<Option<WorkerWorldPre<State>>, Refusal> {
    if pre.component().get_export_index(None, WORKER).is_none() {
        return Ok(None);
    }
    let worker = WorkerWorldPre::new(pre.clone()).map_err(|error| Refusal::Export(root(&error)))?;
    Ok(Some(worker))
}

impl Running {
    /// Instantiates once, under the limits of any instance.
    async fn probe(&self) -> Result<(), Refusal> {
        let shared = self.shared();
        // For a place it waits as long as any instance: whoever holds one is no fault of this component.
        let place = tokio::time::timeout(limits::INSTANTIATE_TIMEOUT, shared.store()).await;
        let busy = |_| Refusal::Internal("there is no place for another instance".into());
        let mut store = place
            .map_err(busy)?
            .map_err(|error| Refusal::Internal(error.to_string()))?;
        let started = tokio::time::timeout(limits::TRIAL_TIMEOUT, shared.pre.instantiate_async(&mut store)).await;
        match started {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is::<Trap>() => Err(Refusal::StartTrapped(root(&error))),
            Ok(Err(error)) => Err(Refusal::Start(format!("it does not start: {}", root(&error)))),
            Err(_) => Err(Refusal::StartTimedOut),
        }
    }
}

/// The innermost cause, in one line.
pub(super) fn root(error: &wasmtime::Error) -> String {
    error
        .root_cause()
        .to_string()
        .lines()
        .next()
        .unwrap_or("unknown cause")
        .to_string()
}
