//! Starting: the built-ins of this executable become versions, then everything that is deployed is made ready.

use bytes::Bytes;

use super::{Change, DeployError, Deployer, NotStarted, Refusal, Runtime, probation};
use crate::components::manifest::Manifest;
use crate::components::package::Package;
use crate::components::store::{Entry, Use};
use crate::components::version::{Actor, Origin, Version};

/// A component that comes with the executable. It is a package like any other.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    pub name: &'static str,
    pub package: &'static [u8],
    /// That of the package, computed when the executable was built.
    pub digest: &'static str,
}

impl Builtin {
    pub fn manifest(&self) -> Result<Manifest, DeployError> {
        let package = Package::read(Bytes::from_static(self.package)).map_err(DeployError::Package)?;
        Ok(package.manifest)
    }
}

impl<R: Runtime> Deployer<R> {
    /// Applies the migrations of the built-ins, and stores those that changed since the last start. A new one whose
    /// route, command or service is taken stays out, and the log says so; any other failure means that the data cannot be relied on.
    pub async fn adopt(&self, builtins: &[Builtin]) -> Result<(), DeployError> {
        let _held = self.one_at_a_time.lock().await;
        for builtin in builtins {
            match self.adopt_one(builtin).await {
                Err(conflict @ (DeployError::Route(_) | DeployError::Command(_) | DeployError::Service(_))) => {
                    tracing::error!(component = builtin.name, %conflict, "the built-in was not updated");
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn adopt_one(&self, builtin: &Builtin) -> Result<(), DeployError> {
        let package = Package::read(Bytes::from_static(builtin.package)).map_err(DeployError::Package)?;
        self.migrate(&package).await?;

        let name = package.manifest.name.as_str();
        let versions = self.store.versions(name).await?;
        let newest = versions.iter().find(|version| version.origin == Origin::Builtin);
        if newest.is_some_and(|version| version.digest.as_str() == builtin.digest) {
            return Ok(());
        }
        let current = self.store.pointer(name).await?.and_then(|pointer| pointer.current);
        let running = versions.iter().find(|version| Some(version.number) == current);
        // Someone's replacement stays, and so does their choice to switch the built-in off.
        let takes_over = match running {
            Some(version) => version.origin == Origin::Builtin,
            None => newest.is_none(),
        };
        let version = self.next_version(&package, Origin::Builtin).await?;
        if takes_over {
            self.check_others(&version).await?;
        }
        let detail = format!("digest {}", builtin.digest);
        let entry = Entry {
            actor: Actor::Start,
            action: "adopt",
            component: name,
            version: version.number,
            detail,
        };
        self.store.add_package(&version.digest, &package.bytes).await?;
        let purpose = if takes_over { Use::Run } else { Use::Keep };
        Ok(self.store.add(&version, purpose, entry).await?)
    }

    /// Makes everything that is deployed ready and switches to it at once. What fails is returned, and does not run.
    pub async fn start(&self) -> Result<Vec<NotStarted>, DeployError> {
        let _held = self.one_at_a_time.lock().await;
        let (mut changes, mut not_started) = (Vec::new(), Vec::new());
        for running in self.store.running().await? {
            let watched = probation::remaining(&running);
            let version = running.version;
            match self.prepare_again(&version).await {
                Ok(prepared) => changes.push(Change::Put(Box::new(version), prepared, watched)),
                Err(refusal) => not_started.push(NotStarted {
                    name: version.name,
                    version: version.number,
                    why: refusal.to_string(),
                }),
            }
        }
        self.runtime.switch(changes);
        Ok(not_started)
    }

    /// Makes a stored version ready. Its package, of some megabytes, is read and hashed only where it has to be compiled again.
    pub(super) async fn prepare_again(&self, version: &Version) -> Result<R::Prepared, Refusal> {
        if let Some(prepared) = self.runtime.prepare_cached(version).await {
            return prepared;
        }
        let package = self.store.package(&version.digest).await;
        let package = package.map_err(|error| Refusal::Internal(error.to_string()))?;
        self.runtime.prepare(version, package).await
    }
}
