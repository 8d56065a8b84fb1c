//! What waits for the writer, and who has it: whoever asked, until they give up, or the writer.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::sync::oneshot;

use super::{
    error::Error,
    migrate::{Applied, Migration, MigrationError},
    role::Role,
    transaction::Transaction,
    value::{Outcome, Step},
};

/// What can be asked of the writer's thread.
pub enum Job {
    /// Batches wait, or the log is long: both are looked after at the end of every job.
    Look,
    /// A batch that takes longer than others should be kept waiting for; its ticket is taken.
    Long(Batch),
    Begin {
        role: Arc<Role>,
        ticket: Ticket,
        reply: oneshot::Sender<Result<Transaction, Error>>,
    },
    Migrate {
        role: Arc<Role>,
        set: String,
        migrations: Vec<Migration>,
        reply: oneshot::Sender<Migrated>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// What a call to migrate gives.
pub type Migrated = Result<Vec<Applied>, MigrationError>;

/// Statements of one call, and who waits for them.
pub struct Batch {
    pub role: Arc<Role>,
    pub steps: Vec<Step>,
    pub ticket: Ticket,
    pub reply: oneshot::Sender<Result<Vec<Outcome>, Error>>,
}

impl Batch {
    /// Whoever asked may be gone, which is no failure.
    pub fn answer(self, result: Result<Vec<Outcome>, Error>) {
        drop(self.reply.send(result));
    }
}

/// Who has a job: those who wait for it, until they give up, or the writer.
#[derive(Clone, Default)]
pub struct Ticket(Arc<AtomicU8>);

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const ABANDONED: u8 = 2;

impl Ticket {
    pub fn take(&self) -> bool {
        self.0
            .compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    pub fn abandon(&self) -> bool {
        self.0
            .compare_exchange(WAITING, ABANDONED, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

/// Abandons a job that still waits when the call for it is dropped.
pub struct AbandonOnDrop(pub Ticket);

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
