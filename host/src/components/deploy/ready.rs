//! The steps of a deployment before anything is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{DeployError, Deployer, Runtime};
use crate::capability::sqlite::{Migration, Role};
use crate::components::clock;
use crate::components::commands;
use crate::components::grants::Grants;
use crate::components::package::Package;
use crate::components::review::GrantsReview;
use crate::components::routes;
use crate::components::services;
use crate::components::version::{Digest, Origin, Version};

impl<R: Runtime> Deployer<R> {
    /// The version that a package would become.
    pub(super) async fn next_version(&self, package: &Package, origin: Origin) -> Result<Version, DeployError> {
        let manifest = package.manifest.clone();
        let pointer = self.store.pointer(&manifest.name).await?;
        Ok(Version {
            name: manifest.name.clone(),
            number: pointer.map_or(0, |pointer| pointer.last) + 1,
            digest: Digest::of(&package.bytes),
            grants: manifest.grants.clone(),
            manifest,
            origin,
            replaced: pointer.and_then(|pointer| pointer.current),
            created_ms: clock::now_ms(),
        })
    }

    /// It gets into nobody's way, and takes nothing away that others use.
    pub(super) async fn check_place(&self, version: &Version) -> Result<(), DeployError> {
        self.check_others(version).await?;
        self.check_consumers(version)
    }

    /// No other component that runs has one of its routes, commands or services.
    pub(super) async fn check_others(&self, version: &Version) -> Result<(), DeployError> {
        let running = self.store.running().await?;
        let others: Vec<&Version> = running
            .iter()
            .map(|running| &running.version)
            .filter(|other| other.name != version.name)
            .collect();
        let theirs = others
            .iter()
            .map(|other| (other.name.as_str(), other.manifest.routes.as_slice()));
        if let Some(conflict) = routes::conflict(&version.name, &version.manifest.routes, theirs) {
            return Err(DeployError::Route(conflict));
        }
        let theirs = others
            .iter()
            .map(|other| (other.name.as_str(), other.manifest.commands.as_slice()));
        if let Some(conflict) = commands::conflict(&version.name, &version.manifest.commands, theirs) {
            return Err(DeployError::Command(conflict));
        }
        let theirs = others.iter().map(|other| (other.name.as_str(), &other.grants.services));
        services::check(&version.name, &version.grants.services, theirs).map_err(DeployError::Service)
    }

    /// Nobody is left without a service that the version now running provides. A removal may do so, for it says what it does.
    fn check_consumers(&self, version: &Version) -> Result<(), DeployError> {
        let services = self.runtime.still_used(version);
        match services.is_empty() {
            true => Ok(()),
            false => Err(DeployError::StillUsed {
                name: version.name.clone(),
                services,
            }),
        }
    }

    /// Compiles a package, beside other changes: it takes long. What would be refused afterwards is refused before.
    pub(super) async fn compile(&self, package: &Package) -> Result<(), DeployError> {
        let version = self.next_version(package, Origin::Upload).await?;
        self.check_place(&version).await?;
        let compiled = self.runtime.compile(&version, &package.bytes).await;
        compiled.map_err(|refusal| DeployError::Refused {
            name: version.name,
            refusal,
        })
    }

    pub(super) async fn prepare(&self, version: &Version, package: &Bytes) -> Result<R::Prepared, DeployError> {
        let prepared = self.runtime.prepare(version, package.clone()).await;
        prepared.map_err(|refusal| DeployError::Refused {
            name: version.name.clone(),
            refusal,
        })
    }

    /// How the grants of a version differ from those that its predecessor held, and from what it imports.
    pub(super) fn review(
        &self,
        held: &Grants,
        version: &Version,
        prepared: &R::Prepared,
        migrations: &BTreeMap<String, Vec<Migration>>,
    ) -> GrantsReview {
        let migrated: Vec<String> = migrations.keys().cloned().collect();
        GrantsReview::new(held, &version.grants, &self.runtime.imports(prepared), &migrated)
    }

    /// Applies the migrations of a package under the grants of its manifest.
    pub(super) async fn migrate(&self, package: &Package) -> Result<(), DeployError> {
        let name = &package.manifest.name;
        for (database, migrations) in &package.migrations {
            // Reading a package refuses migrations of a database without a grant.
            let Some(grant) = package.manifest.grants.sqlite.get(database) else {
                continue;
            };
            let role = Arc::new(Role::new(&grant.read, &grant.write, &grant.schema));
            let opened = self.databases.open(database).map_err(|error| DeployError::Database {
                name: name.clone(),
                database: database.clone(),
                error,
            })?;
            let applied = opened.migrate(&role, &package.migrations_of, migrations.clone()).await;
            applied.map_err(|error| DeployError::Migration {
                name: name.clone(),
                database: database.clone(),
                error: Box::new(error),
            })?;
        }
        Ok(())
    }
}

/// The version to go back to.
pub(super) fn rollback_target(
    name: &str,
    versions: Vec<Version>,
    current: Option<u64>,
    number: Option<u64>,
) -> Result<Version, DeployError> {
    if let Some(number) = number.filter(|number| current == Some(*number)) {
        return Err(DeployError::RunsAlready {
            name: name.to_owned(),
            number,
        });
    }
    let find = |wanted: u64| versions.iter().find(|version| version.number == wanted);
    let target = match (number, current) {
        (Some(number), _) => find(number).ok_or_else(|| DeployError::NoSuchVersion {
            name: name.to_owned(),
            number,
        })?,
        // Nothing runs: the newest one returns.
        (None, None) => versions.first().ok_or_else(|| DeployError::NotFound(name.to_owned()))?,
        (None, Some(current)) => {
            let replaced = find(current).and_then(|version| version.replaced).and_then(find);
            let earlier = || versions.iter().find(|version| version.number < current);
            replaced
                .or_else(earlier)
                .ok_or_else(|| DeployError::NothingBefore(name.to_owned()))?
        }
    };
    Ok(target.clone())
}

/// What the audit says about a deployment.
pub(super) fn describe(review: &GrantsReview, version: &Version) -> String {
    let mut parts = vec![format!("digest {}", version.digest)];
    if !review.added.is_empty() {
        parts.push(format!("granted {}", review.added.join(", ")));
    }
    if !review.removed.is_empty() {
        parts.push(format!("no longer granted {}", review.removed.join(", ")));
    }
    parts.join("; ")
}
