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
}

impl Default for Recent {
    fn default() -> Self {
        let rings = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            rings: (0..rings).map(|_| Mutex::default()).collect(),
        }
    }
}

impl Recent {
    /// Keeps a request that comes in on this thread; the oldest of its ring goes.
    pub fn add(&self, trace: Arc<Trace>) {
        let ring = &self.rings[core_index(self.rings.len()) % self.rings.len()];
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = (ring.len() >= limits::REQUESTS_KEPT / self.rings.len()).then(|| ring.pop_front());
        ring.push_back(trace);
        drop(ring);
        // What it has is given back without the lock.
        drop(oldest);
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
        self.rings.iter().flat_map(ring).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Ledger;

    #[test]
    fn the_oldest_requests_are_forgotten() {
        let (recent, ledger) = (Recent::default(), Arc::new(Ledger::new("a".into(), 1)));
        let begin = || Trace::begin(ledger.clone(), http::Method::GET, "/", None);
        let first = begin();
        recent.add(first.clone());
        assert!(recent.find(first.id).is_some());
        for _ in 0..limits::REQUESTS_KEPT {
            recent.add(begin());
        }
        assert!(recent.find(first.id).is_none());
        assert!(recent.newest(usize::MAX, |_| true).len() <= limits::REQUESTS_KEPT);
        let newest = recent.newest(2, |_| true);
        assert!(newest.len() == 2 && newest[0].begun >= newest[1].begun);
    }
}
