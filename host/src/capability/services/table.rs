//! Who provides which service, replaced in one step like the table of routes.

use crate::runtime::Running;
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whoever provides a service.
#[derive(Clone)]
pub struct Provider {
    /// What runs.
    pub running: Arc<Running>,
    /// Another one for every version that ever ran.
    pub number: u64,
}

/// The services of the server, by their names without versions.
#[derive(Default)]
pub struct Services {
    table: ArcSwap<BTreeMap<String, Provider>>,
    numbers: AtomicU64,
}

impl Services {
    /// A number for a version that begins to run.
    pub fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Replaces the table. That a service has one provider was checked when each component was deployed; a second one is left out
    /// all the same, and named.
    pub fn replace(&self, providers: impl IntoIterator<Item = (String, Provider)>) {
        let mut table: BTreeMap<String, Provider> = BTreeMap::new();
        for (service, provider) in providers {
            if let Some(first) = table.get(&service) {
                let (first, second) = (first.running.name(), provider.running.name());
                tracing::error!(
                    service,
                    first,
                    second,
                    "two components provide a service; the first is asked"
                );
                continue;
            }
            table.insert(service, provider);
        }
        self.table.store(Arc::new(table));
    }

    /// Who provides a service now.
    pub fn provider(&self, service: &str) -> Option<Provider> {
        self.table.load().get(service).cloned()
    }

    /// The number of whoever provides it.
    pub fn number(&self, service: &str) -> Option<u64> {
        self.table.load().get(service).map(|provider| provider.number)
    }
}
