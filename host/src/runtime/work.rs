//! Keeps those components running that do something all the time: one run of each at any moment, called again when it ends.
//!
//! All runs share one thread that is none of the server's cores, so that what they compute makes no request wait.

use super::log::explain;
use super::outcome::Outcome;
use super::prepared::root;
use super::running::Running;
use super::shared::Shared;
use super::shift;
use crate::audit::Deed;
use crate::faults::{self, Place};
use crate::limits;
use futures::FutureExt as _;
use std::collections::BTreeMap;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The thread, and what runs on it.
pub struct Work {
    thread: Handle,
    /// The task that keeps the component of this name running, also after it was told to stop.
    kept: Mutex<BTreeMap<String, JoinHandle<()>>>,
}

/// Keeps a version at work until it is dropped.
pub struct AtWork {
    _stop: watch::Sender<()>,
}

/// How a run ended.
pub enum Ended {
    /// It returned, or was told to stop.
    Well,
    /// It says that its component is set up wrongly.
    Misconfigured(String),
    /// It says that it failed, trapped, or was cut off.
    Failed(wasmtime::Error),
}

impl Work {
    /// Starts the thread, which ends with the process.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let thread = runtime.handle().clone();
        let rest = move || runtime.block_on(std::future::pending::<()>());
        std::thread::Builder::new().name("work".into()).spawn(rest)?;
        Ok(Self {
            thread,
            kept: Mutex::default(),
        })
    }

    /// Keeps a version at work, where it does something all the time. It begins when the version before it has ended.
    pub fn begin(&self, running: &Running) -> Option<AtWork> {
        running.shared().worker.as_ref()?;
        let (stop, stopping) = watch::channel(());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, task| !task.is_finished());
        let before = kept.remove(running.name());
        let (shared, name) = (running.shared().clone(), running.name().to_owned());
        let task = self.thread.spawn(async move {
            if let Some(before) = before {
                // A panic of the one before is no reason not to begin.
                let _ = before.await;
            }
            keep(&shared, stopping).await;
        });
        kept.insert(name, task);
        Some(AtWork { _stop: stop })
    }

    /// Waits for all to end that were told to stop.
    pub async fn finish(&self) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        for task in kept.into_values() {
            // It has its own limit of time. A panic was reported where it happened.
            let _ = task.await;
        }
    }
}

/// Runs a version again and again until it is told to stop.
async fn keep(shared: &Shared, mut stopping: watch::Receiver<()>) {
    let component = &shared.granted.ledger.component;
    let mut pause = limits::WORK_PAUSE_MIN;
    while stopping.has_changed().is_ok() {
        let begun = Instant::now();
        let ended = run_safely(shared, stopping.clone()).await;
        if begun.elapsed() >= limits::WORK_LASTED {
            pause = limits::WORK_PAUSE_MIN;
        }
        let next = match ended {
            Ended::Well => {
                shared.note(Deed::Work, Outcome::Ok, None);
                limits::WORK_PAUSE_MIN
            }
            Ended::Misconfigured(why) => {
                shared.note(Deed::Work, Outcome::Trapped, None);
                tracing::warn!(%component, why, "what it does all the time is set up wrongly");
                let note = format!("what it does all the time is set up wrongly: {why}");
                shared.granted.note(&note);
                limits::WORK_PAUSE_MAX
            }
            Ended::Failed(error) => {
                shared.note(Deed::Work, Outcome::Trapped, None);
                shared.probation.note_cause(|| root(&error));
                let retry_ms = pause.as_millis() as u64;
                tracing::warn!(%component, cause = root(&error), retry_ms, "what it does all the time has failed");
                let note = format!(
                    "what it does all the time has failed, and begins again in {retry_ms} ms: {}",
                    explain(&error)
                );
                shared.granted.note(&note);
                let longer = longer(pause);
                std::mem::replace(&mut pause, longer)
            }
        };
        // An error says that the other side is gone: this is how it is told to stop.
        let _ = tokio::time::timeout(next, stopping.changed()).await;
    }
}

/// A panic is a failure like any other.
async fn run_safely(shared: &Shared, stopping: watch::Receiver<()>) -> Ended {
    let run = async {
        faults::visit(Place::Work);
        shift::run(shared, stopping).await
    };
    let ended = AssertUnwindSafe(run).catch_unwind().await;
    ended.unwrap_or_else(|_| Ended::Failed(wasmtime::Error::msg("the server panicked")))
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(limits::WORK_PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_no_further() {
        let pauses: Vec<Duration> = std::iter::successors(Some(limits::WORK_PAUSE_MIN), |pause| Some(longer(*pause)))
            .take(20)
            .collect();
        assert_eq!(pauses[1], 2 * pauses[0]);
        assert_eq!(pauses[19], limits::WORK_PAUSE_MAX);
    }
}
