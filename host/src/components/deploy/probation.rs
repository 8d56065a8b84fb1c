//! Probation: a new version that fails too often is taken back, and the one before runs again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Change, DeployError, Deployer, Failing, Refusal, Runtime};
use crate::components::clock::now_ms;
use crate::components::store::{Entry, Running};
use crate::components::version::{Actor, Version};

/// What a new version is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Probation {
    pub lasts: Duration,
    pub until_ms: i64,
    /// The version that comes back where the new one fails.
    pub fallback: u64,
}

/// A version that ran, made ready.
type Before<R> = (Version, <R as Runtime>::Prepared);

/// How long a stored version is still on probation.
pub(super) fn remaining(running: &Running) -> Option<Duration> {
    let remaining_ms = running.probation_until_ms?.saturating_sub(now_ms());
    // A clock that was set back makes nothing longer than it can be.
    let remaining = Duration::from_millis(u64::try_from(remaining_ms).ok()?).min(crate::limits::PROBATION_MAX);
    (!remaining.is_zero()).then_some(remaining)
}

impl<R: Runtime> Deployer<R> {
    /// The probation of a version that is about to replace another. There is none where nothing runs that could come back.
    pub(super) fn probation(&self, version: &Version, lasts: Duration) -> Option<Probation> {
        let fallback = version.replaced?;
        if lasts.is_zero() || self.runtime.runs(&version.name) != Some(fallback) {
            return None;
        }
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        Some(Probation {
            lasts,
            until_ms: now_ms().saturating_add(lasts_ms),
            fallback,
        })
    }

    /// Takes back what fails on probation, until the server stops.
    pub async fn watch(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        loop {
            let ready = async {
                let failing = self.runtime.next_failing().await;
                let before = self.before(&failing).await;
                (failing, before)
            };
            // Whatever is begun after this has an end soon.
            let (failing, before) = tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return,
                ready = ready => ready,
            };
            self.take_back(&failing, before).await;
        }
    }

    /// Takes back what fails, or says why it stays.
    pub(super) async fn take_back(&self, failing: &Failing, before: Result<Option<Before<R>>, DeployError>) {
        let taken_back = match before {
            Ok(Some((version, prepared))) => self.withdraw(failing, version, prepared).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = taken_back {
            self.keep(failing, &error).await;
        }
    }

    /// The version before the one that fails, ready to run. None where somebody has put another one in its place.
    pub(super) async fn before(&self, failing: &Failing) -> Result<Option<Before<R>>, DeployError> {
        let Some(running) = self.still_running(failing).await? else {
            return Ok(None);
        };
        let name = &failing.name;
        let Some(number) = running.version.replaced else {
            return Err(DeployError::NothingBefore(name.clone()));
        };
        let versions = self.store.versions(name).await?;
        let version = versions.into_iter().find(|version| version.number == number);
        let version = version.ok_or_else(|| DeployError::NoSuchVersion {
            name: name.clone(),
            number,
        })?;
        let prepared = match self.runtime.take_stand_by(failing) {
            Some(prepared) => prepared,
            // The server has been started since.
            None => self
                .prepare_again(&version)
                .await
                .map_err(|refusal| refused(name, refusal))?,
        };
        Ok(Some((version, prepared)))
    }

    /// Lets the version before run again, and then makes that durable: a server that is killed in between starts with the new version,
    /// still on probation.
    async fn withdraw(&self, failing: &Failing, version: Version, prepared: R::Prepared) -> Result<(), DeployError> {
        let Failing { name, number, why } = failing;
        let _switching = self.switching.lock().await;
        if self.still_running(failing).await?.is_none() {
            return Ok(());
        }
        self.check_place(&version).await?;
        let fits = self.runtime.check_fit(&version, &prepared);
        fits.map_err(|refusal| refused(name, refusal))?;

        let fallback = version.number;
        self.runtime
            .switch(vec![Change::Put(Box::new(version), prepared, None)]);
        tracing::warn!(
            component = name,
            version = number,
            fallback,
            why,
            "a new version was withdrawn"
        );
        let entry = Entry {
            actor: Actor::Probation,
            action: "withdraw",
            component: name,
            version: *number,
            detail: format!("{why}; version {fallback} runs again"),
        };
        if let Err(error) = self.store.withdraw(fallback, entry).await {
            tracing::error!(component = name, version = number, %error, "that it was withdrawn is not stored, and ends with the server");
        }
        Ok(())
    }

    /// Says that a version fails and stays all the same, because the one before cannot come back.
    async fn keep(&self, failing: &Failing, error: &DeployError) {
        let Failing { name, number, why } = failing;
        tracing::error!(component = name, version = number, why, %error, "a new version fails, and the one before cannot come back");
        let entry = Entry {
            actor: Actor::Probation,
            action: "keep",
            component: name,
            version: *number,
            detail: format!("{why}; it stays, for the version before cannot come back: {error}"),
        };
        if let Err(error) = self.store.end_probation(entry).await {
            tracing::error!(component = name, version = number, %error, "the end of its probation is not stored");
        }
    }

    async fn still_running(&self, failing: &Failing) -> Result<Option<Running>, DeployError> {
        let running = self.store.running_one(&failing.name).await?;
        Ok(running.filter(|running| running.version.number == failing.number && running.probation_until_ms.is_some()))
    }
}

fn refused(name: &str, refusal: Refusal) -> DeployError {
    DeployError::Refused {
        name: name.to_owned(),
        refusal,
    }
}
