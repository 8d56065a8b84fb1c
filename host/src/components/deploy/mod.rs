//! Deploying: how a package becomes the version that runs, and how an earlier one takes its place again.
//!
//! Every change goes through the same steps: check, make ready, store, switch. Up to the store nothing that runs is
//! touched; from the store on, a restart finds the new state. A version that fails on probation is taken back beside all
//! that, for nobody may wait for a deployment that takes long.

mod answers;
mod commands;
mod error;
mod probation;
mod ready;
mod runtime;
mod start;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, Semaphore};

pub use answers::{CommandLine, Deployed, Details, NotStarted, Removed, State, Summary, VersionLine};
pub use error::DeployError;
pub use runtime::{Change, Failing, Refusal, Runtime};
pub use start::Builtin;

use super::grants::Grants;
use super::package::{Package, PackageError, unpack};
use super::review::GrantsReview;
use super::store::{Entry, Store, Use};
use super::used::GrantsReport;
use super::version::{Actor, Origin, Version};
use crate::audit::Usage;
use crate::capability::sqlite::Databases;
use crate::limits;
use probation::Probation;

pub struct Deployer<R: Runtime> {
    store: Store,
    databases: Arc<Databases>,
    runtime: Arc<R>,
    /// Held through a whole change: versions are numbered and routes are compared against what runs.
    one_at_a_time: Mutex<()>,
    /// Held from the last look at what runs until something else does: what is stored and what runs change together.
    switching: Mutex<()>,
    /// Commands under way: each may hold its input and its output in memory.
    commands: Semaphore,
}

/// How a package is to be deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployOptions {
    /// Under which name. None: under the one in its manifest.
    pub name: Option<String>,
    /// Whether it gets what it asks for beyond what the running version has.
    pub accept_grants: bool,
    /// How long failures bring the version before back. Zero: never.
    pub probation: Duration,
}

impl Default for DeployOptions {
    fn default() -> DeployOptions {
        DeployOptions {
            name: None,
            accept_grants: false,
            probation: limits::PROBATION,
        }
    }
}

impl<R: Runtime> Deployer<R> {
    pub fn new(store: Store, databases: Arc<Databases>, runtime: Arc<R>) -> Deployer<R> {
        Deployer {
            store,
            databases,
            runtime,
            one_at_a_time: Mutex::new(()),
            switching: Mutex::new(()),
            commands: Semaphore::new(limits::COMMANDS_RUNNING_MAX),
        }
    }

    pub fn databases(&self) -> &Arc<Databases> {
        &self.databases
    }

    pub fn runtime(&self) -> &R {
        &self.runtime
    }

    /// Ends all databases, the store's too.
    pub async fn close(&self) {
        self.databases.close().await;
        self.store.close().await;
    }

    /// Makes a package the version that runs, under the name in its manifest or the one given.
    pub async fn deploy(&self, package: Bytes, options: DeployOptions, actor: Actor) -> Result<Deployed, DeployError> {
        let mut package = Package::read(package).map_err(DeployError::Package)?;
        if let Some(name) = options.name {
            package.rename(name).map_err(DeployError::Name)?;
        }
        self.compile(&package).await?;

        let _held = self.one_at_a_time.lock().await;
        let name = package.manifest.name.clone();
        let running = self.store.running_one(&name).await?.map(|running| running.version);
        let mut version = self.next_version(&package, Origin::Upload).await?;
        self.check_place(&version).await?;
        let prepared = self.prepare(&version, &package.bytes).await?;

        let held = running.map_or_else(Grants::default, |version| version.grants);
        let review = self.review(&held, &version, &prepared, &package.migrations);
        if !review.added.is_empty() && !options.accept_grants {
            let review = Box::new(review);
            return Err(DeployError::GrantsNotAccepted { name, review });
        }
        self.migrate(&package).await?;
        self.store.add_package(&version.digest, &package.bytes).await?;

        let _switching = self.switching.lock().await;
        self.check_place(&version).await?;
        version.replaced = self.store.pointer(&name).await?.and_then(|pointer| pointer.current);
        let probation = self.probation(&version, options.probation);
        let detail = ready::describe(&review, &version);
        let entry = Entry {
            actor,
            action: "deploy",
            component: &name,
            version: version.number,
            detail,
        };
        let purpose = probation.map_or(Use::Run, |probation| Use::RunOnProbation {
            until_ms: probation.until_ms,
        });
        self.store.add(&version, purpose, entry).await?;
        Ok(self.put(version.replaced, version, prepared, review, probation))
    }

    /// Runs a version that is kept: the given one, or the one that ran before the current one was deployed.
    pub async fn rollback(&self, name: &str, number: Option<u64>, actor: Actor) -> Result<Deployed, DeployError> {
        let _held = self.one_at_a_time.lock().await;
        let pointer = self.store.pointer(name).await?;
        let versions = self.store.versions(name).await?;
        let Some(pointer) = pointer.filter(|_| !versions.is_empty()) else {
            return Err(DeployError::NotFound(name.to_owned()));
        };
        let current = versions.iter().find(|version| Some(version.number) == pointer.current);
        let held = current.map_or_else(Grants::default, |version| version.grants.clone());
        let version = ready::rollback_target(name, versions, pointer.current, number)?;
        self.check_place(&version).await?;
        let package = self.store.package(&version.digest).await?;
        let prepared = self.prepare(&version, &package).await?;
        // What was a package once may be none by today's rules, and runs all the same.
        let migrations = Package::read(package).map(|package| package.migrations);
        let review = self.review(&held, &version, &prepared, &migrations.unwrap_or_default());

        let _switching = self.switching.lock().await;
        self.check_place(&version).await?;
        let detail = pointer
            .current
            .map_or_else(String::new, |current| format!("from version {current}"));
        let entry = Entry {
            actor,
            action: "rollback",
            component: name,
            version: version.number,
            detail,
        };
        self.store.point(name, version.number, entry).await?;
        Ok(self.put(pointer.current, version, prepared, review, None))
    }

    /// Ends a component. An upload that had replaced a built-in gives its place back to it; a built-in is only switched
    /// off. The data that a component wrote stays.
    pub async fn remove(&self, name: &str, actor: Actor) -> Result<Removed, DeployError> {
        let _held = self.one_at_a_time.lock().await;
        let running = self
            .store
            .running_one(name)
            .await?
            .ok_or_else(|| DeployError::NotFound(name.to_owned()))?;
        let number = running.version.number;
        let versions = self.store.versions(name).await?;
        let builtin = versions.into_iter().find(|version| version.origin == Origin::Builtin);
        let can_return = builtin.is_some();

        let successor = match builtin.filter(|_| running.version.origin == Origin::Upload) {
            Some(version) => {
                self.check_others(&version).await?;
                let package = self.store.package(&version.digest).await?;
                let prepared = self.prepare(&version, &package).await?;
                Some((version, prepared))
            }
            None => None,
        };
        let _switching = self.switching.lock().await;
        if let Some((version, _)) = &successor {
            self.check_others(version).await?;
        }
        let now = successor.as_ref().map(|(version, _)| version.number);
        let detail = now.map_or_else(String::new, |now| format!("back to the built-in, version {now}"));
        let entry = Entry {
            actor,
            action: "remove",
            component: name,
            version: number,
            detail,
        };
        self.store.remove(name, now, entry).await?;
        let change = match successor {
            Some((version, prepared)) => Change::Put(Box::new(version), prepared, None),
            None => Change::Remove(name.to_owned()),
        };
        self.runtime.switch(vec![change]);
        Ok(Removed {
            name: name.to_owned(),
            version: number,
            now,
            can_return,
        })
    }

    /// Everything that runs, by name.
    pub async fn list(&self) -> Result<Vec<Summary>, DeployError> {
        Ok(self.store.running().await?.into_iter().map(Summary::new).collect())
    }

    /// What each component that is deployed was granted, by name.
    pub async fn granted(&self) -> Result<Vec<(String, Grants)>, DeployError> {
        let running = self.store.running().await?.into_iter();
        Ok(running
            .map(|running| (running.version.name, running.version.grants))
            .collect())
    }

    pub async fn show(&self, name: &str) -> Result<Details, DeployError> {
        let running = self.store.running_one(name).await?;
        running
            .map(Details::new)
            .ok_or_else(|| DeployError::NotFound(name.to_owned()))
    }

    /// The package of the version that runs.
    pub async fn package(&self, name: &str) -> Result<Bytes, DeployError> {
        let running = self.store.running_one(name).await?;
        let running = running.ok_or_else(|| DeployError::NotFound(name.to_owned()))?;
        Ok(self.store.package(&running.version.digest).await?)
    }

    /// What a component may do, beside what it did in so many hours.
    pub async fn used(&self, name: &str, hours: u32, usage: &[Usage]) -> Result<GrantsReport, DeployError> {
        let details = self.show(name).await?;
        let parts = unpack::unpack(&self.package(name).await?).map_err(DeployError::Package)?;
        let report = GrantsReport::new(details, &parts, hours, usage);
        report.map_err(|why| DeployError::Package(PackageError::Damaged(why)))
    }

    /// The kept versions, the newest first. A component that is switched off still has some.
    pub async fn versions(&self, name: &str) -> Result<Vec<VersionLine>, DeployError> {
        let versions = self.store.versions(name).await?;
        if versions.is_empty() {
            return Err(DeployError::NotFound(name.to_owned()));
        }
        let current = self.store.pointer(name).await?.and_then(|pointer| pointer.current);
        Ok(versions
            .iter()
            .map(|version| VersionLine::new(version, current))
            .collect())
    }

    fn put(
        &self,
        previous: Option<u64>,
        version: Version,
        prepared: R::Prepared,
        grants: GrantsReview,
        probation: Option<Probation>,
    ) -> Deployed {
        let (name, routes) = (version.name.clone(), version.manifest.routes.clone());
        let deployed = Deployed {
            name,
            version: version.number,
            previous,
            routes,
            grants,
            probation: probation.map(|probation| answers::Probation::new(probation.until_ms, probation.fallback)),
        };
        let watched = probation.map(|probation| probation.lasts);
        self.runtime
            .switch(vec![Change::Put(Box::new(version), prepared, watched)]);
        deployed
    }
}
