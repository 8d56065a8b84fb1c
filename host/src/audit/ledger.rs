//! What one version asked the host for and how what it did ended, counted while it runs.
//!
//! Counting is on the way of every call: so whoever counts holds the counter, and adding to it is one instruction.

use super::ends::Ends;
use crate::limits;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Whether a call did what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Allowed,
    Denied,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }
}

/// The calls of one version that were about one thing.
#[derive(Debug)]
pub struct Counter {
    /// What they were about, as lists of grants have it: `sqlite main: read entry`.
    resource: Box<str>,
    allowed: Tally,
    denied: Tally,
}

/// How often something happened, and how much of that is stored already.
#[derive(Debug, Default)]
struct Tally {
    calls: AtomicU64,
    stored: AtomicU64,
}

/// What one call was about: a statement may touch several tables. Found once, shared by all calls alike.
pub type Footprint = Arc<[Arc<Counter>]>;

/// Two count the same if they are about the same.
impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        self.resource == other.resource
    }
}

impl Counter {
    /// What the calls were about.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Counts one call.
    pub fn add(&self, verdict: Verdict) {
        self.tally(verdict).calls.fetch_add(1, Ordering::Relaxed);
    }

    /// All calls so far.
    pub fn calls(&self, verdict: Verdict) -> u64 {
        self.tally(verdict).calls.load(Ordering::Relaxed)
    }

    /// What was counted since the last time. One task asks at a time.
    pub fn take_new(&self, verdict: Verdict) -> u64 {
        let tally = self.tally(verdict);
        let calls = tally.calls.load(Ordering::Relaxed);
        calls - tally.stored.swap(calls, Ordering::Relaxed)
    }

    /// Takes back that these are stored.
    pub fn give_back(&self, verdict: Verdict, calls: u64) {
        self.tally(verdict).stored.fetch_sub(calls, Ordering::Relaxed);
    }

    fn tally(&self, verdict: Verdict) -> &Tally {
        match verdict {
            Verdict::Allowed => &self.allowed,
            Verdict::Denied => &self.denied,
        }
    }
}

/// What one version did.
#[derive(Debug)]
pub struct Ledger {
    /// The component.
    pub component: Arc<str>,
    /// Its version.
    pub version: u64,
    /// How requests, calls, commands and runs of a worker ended.
    pub ends: Ends,
    counters: RwLock<BTreeMap<Box<str>, Arc<Counter>>>,
}

/// In the place of what is too much to be counted one by one.
const OTHERS: &str = "others";

impl Ledger {
    /// Of a version that has done nothing yet.
    pub fn new(component: Arc<str>, version: u64) -> Self {
        Self {
            component,
            version,
            ends: Ends::default(),
            counters: RwLock::default(),
        }
    }

    /// The counter of a resource. There is a bounded number of them: what goes beyond is counted together.
    pub fn counter(&self, resource: &str) -> Arc<Counter> {
        let resource = cut(resource);
        if let Some(counter) = self.counters().get(resource) {
            return counter.clone();
        }
        let mut counters = self.counters.write().unwrap_or_else(PoisonError::into_inner);
        let is_full = counters.len() >= limits::RESOURCES_COUNTED_MAX && !counters.contains_key(resource);
        let resource = if is_full { OTHERS } else { resource };
        let new = || {
            Arc::new(Counter {
                resource: resource.into(),
                allowed: Tally::default(),
                denied: Tally::default(),
            })
        };
        counters.entry(resource.into()).or_insert_with(new).clone()
    }

    /// The counters of several resources.
    pub fn footprint<T: AsRef<str>>(&self, resources: impl IntoIterator<Item = T>) -> Footprint {
        resources
            .into_iter()
            .map(|resource| self.counter(resource.as_ref()))
            .collect()
    }

    /// All counters, in the order of their resources.
    pub fn all(&self) -> Vec<Arc<Counter>> {
        self.counters().values().cloned().collect()
    }

    fn counters(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<Box<str>, Arc<Counter>>> {
        self.counters.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A component chooses what it asks for, and so how long its name is.
fn cut(resource: &str) -> &str {
    &resource[..resource.floor_char_boundary(limits::RESOURCE_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_told_once() {
        let ledger = Ledger::new("a".into(), 1);
        let counter = ledger.counter("sqlite main: read entry");
        counter.add(Verdict::Allowed);
        ledger.counter("sqlite main: read entry").add(Verdict::Allowed);
        counter.add(Verdict::Denied);
        assert_eq!(counter.take_new(Verdict::Allowed), 2);
        assert_eq!(counter.take_new(Verdict::Allowed), 0);
        assert_eq!(counter.take_new(Verdict::Denied), 1);
        assert_eq!(counter.calls(Verdict::Allowed), 2);
    }

    #[test]
    fn however_many_names_there_are_the_counters_are_bounded() {
        let ledger = Ledger::new("a".into(), 1);
        let known = ledger.counter("known");
        for number in 0..2 * limits::RESOURCES_COUNTED_MAX {
            ledger.counter(&format!("database {number}")).add(Verdict::Denied);
        }
        assert!(ledger.all().len() <= limits::RESOURCES_COUNTED_MAX + 1);
        assert!(Arc::ptr_eq(&ledger.counter("known"), &known));
        let all: u64 = ledger.all().iter().map(|counter| counter.calls(Verdict::Denied)).sum();
        assert_eq!(all, 2 * limits::RESOURCES_COUNTED_MAX as u64);
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        let ledger = Ledger::new("a".into(), 1);
        let counter = ledger.counter(&"ä".repeat(limits::RESOURCE_BYTES_MAX));
        assert_eq!(counter.resource().len(), limits::RESOURCE_BYTES_MAX);
    }
}
