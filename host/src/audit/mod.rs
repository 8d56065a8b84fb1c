//! What components did: every call that needs a grant is counted, by what it was about and whether it was allowed.
//!
//! Counters are in memory, one [`Ledger`] for each version that runs, and go to `host.db` by the hour every few seconds. The calls of
//! the requests of late are kept one by one ([`Recent`]), in memory alone. Changes by whoever runs the server are rows of the table
//! `audit`, written with the change itself (`components/store`).

mod ends;
mod ledger;
mod listing;
mod recent;
mod rows;
mod store;
mod trace;
mod trace_context;

use crate::capability::sqlite::Database;
use crate::faults::{self, Place};
use crate::limits;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

pub use ends::{Deed, TIMES_US};
pub use ledger::{Footprint, Ledger, Verdict};
pub use listing::{AuditLine, RequestCall, RequestDetails, RequestLine};
pub use store::{AuditError, Usage};
pub use trace::Trace;
pub use trace_context::{TRACEPARENT, TraceContext};

use recent::Recent;
use store::Store;

/// All that is kept of what components did.
pub struct Audit {
    store: Store,
    /// Of each version that runs, and of those that were replaced until they are stored for the last time.
    ledgers: Mutex<Vec<Arc<Ledger>>>,
    recent: Recent,
    /// Held by whoever stores what is new: two at once would each take a part of the other's for theirs.
    storing: tokio::sync::Mutex<()>,
}

impl Audit {
    /// Opens what `host.db` holds of it.
    pub async fn open(database: Arc<Database>) -> Result<Self, AuditError> {
        Ok(Self {
            store: Store::open(database).await?,
            ledgers: Mutex::default(),
            recent: Recent::default(),
            storing: tokio::sync::Mutex::default(),
        })
    }

    /// The ledger of a version that is made ready to run. One that ran before goes on where it was: a version has one ledger.
    pub fn ledger(&self, component: &Arc<str>, version: u64) -> Arc<Ledger> {
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |ledger: &&Arc<Ledger>| ledger.component == *component && ledger.version == version;
        if let Some(ledger) = ledgers.iter().find(is_same) {
            return ledger.clone();
        }
        let ledger = Arc::new(Ledger::new(component.clone(), version));
        ledgers.push(ledger.clone());
        ledger
    }

    /// Those of all versions that run or are still to be stored.
    pub fn ledgers(&self) -> Vec<Arc<Ledger>> {
        self.ledgers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The requests of late.
    pub fn recent(&self) -> &Recent {
        &self.recent
    }

    /// What is stored, up to now.
    pub async fn stored(&self) -> Result<&Store, AuditError> {
        self.flush().await?;
        Ok(&self.store)
    }

    /// Stores what was counted since the last time. What cannot be stored is counted still, in memory, and tried again.
    async fn flush(&self) -> Result<(), AuditError> {
        let _storing = self.storing.lock().await;
        let ledgers = self.ledgers();
        // Whoever else holds one of them may still count.
        let ended: Vec<bool> = ledgers.iter().map(|ledger| Arc::strong_count(ledger) == 2).collect();
        self.store.add(&ledgers).await?;
        let is_over = |ledger: &Arc<Ledger>| {
            let index = ledgers.iter().position(|other| Arc::ptr_eq(other, ledger));
            // Somebody may have taken it up again meanwhile.
            index.is_some_and(|index| ended[index]) && Arc::strong_count(ledger) == 2
        };
        let mut kept = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|ledger| !is_over(ledger));
        Ok(())
    }
}

/// Stores what is counted every few seconds until the server stops, and once more then.
pub async fn keep(audit: Arc<Audit>, mut stopping: watch::Receiver<bool>) {
    let mut failing = false;
    loop {
        let told = async { drop(stopping.wait_for(|stopping| *stopping).await) };
        let stopped = tokio::time::timeout(limits::AUDIT_PAUSE, told).await.is_ok();
        faults::visit(Place::Audit);
        let flushed = audit.flush().await;
        if let Err(error) = &flushed
            && !failing
        {
            tracing::warn!(%error, "what components used is not stored for now");
        }
        failing = flushed.is_err();
        if stopped {
            return;
        }
    }
}
