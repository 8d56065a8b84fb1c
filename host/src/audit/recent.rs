//! The requests of late, kept in memory to be looked at.

use super::trace::{RequestId, Trace};
use crate::limits;
use crate::runtime::core_index;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Several rings, so that the server's cores do not wait for one another.
#[derive(Debug)]
pub struct Recent {
    rings: Vec<Mutex<VecDeque<Arc<Trace>>>>,
    /// Those that have left their ring and did not end well.
    failed: Mutex<VecDeque<Arc<Trace>>>,
}

impl Default for Recent {
    fn default() -> Self {
        let rings = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            rings: (0..rings).map(|_| Mutex::default()).collect(),
            failed: Mutex::default(),
        }
    }
}

impl Recent {
    /// Keeps a request that comes in on this thread; the oldest of its ring goes.
    pub fn add(&self, trace: Arc<Trace>) {
        let ring = &self.rings[core_index(self.rings.len()) % self.rings.len()];
        let oldest = push(ring, limits::REQUESTS_KEPT, trace);
        if let Some(oldest) = oldest.filter(|oldest| !oldest.is_well()) {
            drop(push(&self.failed, limits::REQUESTS_FAILED_KEPT, oldest));
        }
    }

    /// The request of this number, where it is still kept.
    pub fn find(&self, id: RequestId) -> Option<Arc<Trace>> {
        self.all().into_iter().find(|trace| trace.id == id)
    }

    /// Those that fit, the newest first.
    pub fn newest(&self, limit: usize, fits: impl Fn(&Trace) -> bool) -> Vec<Arc<Trace>> {
        let mut all = self.all();
        all.sort_by_key(|trace| std::cmp::Reverse(trace.begun));
        all.into_iter().filter(|trace| fits(trace)).take(limit).collect()
    }

    fn all(&self) -> Vec<Arc<Trace>> {
        let ring = |ring: &Mutex<VecDeque<Arc<Trace>>>| {
            let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            ring.iter().cloned().collect::<Vec<_>>()
        };
        self.rings.iter().chain([&self.failed]).flat_map(ring).collect()
    }
}

/// Gives back the oldest one where there are too many; what that has is freed without the lock.
fn push(ring: &Mutex<VecDeque<Arc<Trace>>>, kept: usize, trace: Arc<Trace>) -> Option<Arc<Trace>> {
    let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
    let oldest = if ring.len() >= kept { ring.pop_front() } else { None };
    ring.push_back(trace);
    oldest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Ledger;
    use crate::runtime::Outcome;

    #[test]
    fn the_oldest_requests_are_forgotten_and_those_that_failed_later() {
        let (recent, ledger) = (Recent::default(), Arc::new(Ledger::new("a".into(), 1)));
        let begin = |outcome| {
            let trace = Trace::begin(ledger.clone(), http::Method::GET, "/", None);
            recent.add(trace.clone());
            trace.end(outcome, None);
            trace.id
        };
        let (well, failed) = (begin(Outcome::Ok), begin(Outcome::Trapped));
        assert!(recent.find(well).is_some() && recent.find(failed).is_some());
        for _ in 0..limits::REQUESTS_KEPT {
            begin(Outcome::Ok);
        }
        assert!(recent.find(well).is_none() && recent.find(failed).is_some());
        for _ in 0..limits::REQUESTS_KEPT + limits::REQUESTS_FAILED_KEPT {
            begin(Outcome::Denied);
        }
        assert!(recent.find(failed).is_none());
        // They all came in on this thread.
        let all = limits::REQUESTS_KEPT + limits::REQUESTS_FAILED_KEPT;
        assert!(recent.newest(usize::MAX, |_| true).len() <= all);
        let newest = recent.newest(2, |_| true);
        assert!(newest.len() == 2 && newest[0].begun >= newest[1].begun);
    }
}
