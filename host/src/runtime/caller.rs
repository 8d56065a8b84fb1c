//! Who calls the host: the version, and the request on whose behalf. What is allowed and what is denied is noted for both.

use super::state::State;
use super::tasks;
use crate::audit::{Footprint, Ledger, Trace, Verdict};
use std::sync::Arc;
use wasmtime::AsContextMut;

/// Found when a call begins, for by the time that it has waited others may have called.
pub struct Caller {
    ledger: Arc<Ledger>,
    trace: Option<Arc<Trace>>,
}

impl Caller {
    /// Who calls right now.
    pub fn of(mut store: impl AsContextMut<Data = State>) -> Self {
        let store = store.as_context_mut();
        let ledger = store.data().ledger.clone();
        let trace = tasks::current(store);
        Self { ledger, trace }
    }

    /// Who calls, where there is no store to ask: the only request in the instance.
    pub fn new(ledger: Arc<Ledger>, trace: Option<Arc<Trace>>) -> Self {
        Self { ledger, trace }
    }

    /// The request on whose behalf.
    pub fn trace(&self) -> Option<&Arc<Trace>> {
        self.trace.as_ref()
    }

    /// Notes a call that touched these.
    pub fn touched(&self, function: &'static str, footprint: Footprint) {
        self.note(function, footprint, Verdict::Allowed);
    }

    /// Notes a call that was allowed, by what it was about.
    pub fn allowed<T: AsRef<str>>(&self, function: &'static str, resources: impl IntoIterator<Item = T>) {
        self.note(function, self.ledger.footprint(resources), Verdict::Allowed);
    }

    /// Notes a call that was denied.
    pub fn denied(&self, function: &'static str, resource: &str) {
        self.note(function, self.ledger.footprint([resource]), Verdict::Denied);
    }

    fn note(&self, function: &'static str, footprint: Footprint, verdict: Verdict) {
        for counter in footprint.iter() {
            counter.add(verdict);
        }
        if let Some(trace) = &self.trace {
            trace.note(&self.ledger, function, footprint, verdict);
        }
    }
}
