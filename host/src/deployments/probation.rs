//! Versions on probation: which are watched until when, and what is kept ready to take their place.

use super::{Deployed, Deployments};
use crate::components::deploy::Failing;
use crate::runtime::{Prepared, Running};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::Instant;

/// The probation of a version that runs.
pub(super) struct OnProbation {
    until: Instant,
    /// The version before, where this one was not started with the server.
    pub stand_by: Option<Prepared>,
}

/// What a look at all that are on probation finds.
enum Found {
    Failing(Failing),
    /// The next end of a probation; none where nothing is on probation.
    Until(Option<Instant>),
}

impl Deployments {
    /// Begins to watch a version. Whoever waits for failures learns of it.
    pub(super) fn begin_probation(&self, running: &Running, lasts: Duration, before: Option<Prepared>) -> OnProbation {
        running.probation().begin(self.probation.clone());
        self.probation.notify_one();
        OnProbation {
            until: Instant::now() + lasts,
            stand_by: before,
        }
    }

    /// Waits until a version on probation has failed too often, and ends what has lasted long enough.
    pub(super) async fn wait_for_failing(&self) -> Failing {
        loop {
            let changed = self.probation.notified();
            match self.look() {
                Found::Failing(failing) => return failing,
                Found::Until(None) => changed.await,
                Found::Until(Some(until)) => {
                    // Either way there is something to look at.
                    let _ = tokio::time::timeout_at(until, changed).await;
                }
            }
        }
    }

    fn look(&self) -> Found {
        let mut over = Vec::new();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let found = look_at(&mut running, &mut over);
        drop(running);
        // What stood by ends here, and not under the lock that requests of others may need.
        drop(over);
        found
    }
}

fn look_at(running: &mut BTreeMap<String, Deployed>, over: &mut Vec<OnProbation>) -> Found {
    let now = Instant::now();
    let mut next: Option<Instant> = None;
    for (name, deployed) in running {
        let Some(OnProbation { until, .. }) = deployed.on_probation else {
            continue;
        };
        if let Some(why) = deployed.prepared.running.probation().take_failed() {
            return Found::Failing(Failing {
                name: name.clone(),
                number: deployed.version,
                why,
            });
        }
        if until <= now {
            deployed.prepared.running.probation().end();
            over.extend(deployed.on_probation.take());
        } else {
            next = Some(next.map_or(until, |next| next.min(until)));
        }
    }
    Found::Until(next)
}
