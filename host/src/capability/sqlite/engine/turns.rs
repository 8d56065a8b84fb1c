//! Whose turn it is to write: batches wait in a queue, and whoever finds the connection free commits all of them.
//!
//! That is a task that has just put its own batch there, so that a write needs no other thread; or the writer's thread, which
//! has the connection for what takes long. Whoever had it looks at the queue once more after giving it back, so that nothing
//! is left in it that came meanwhile.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{error::Error, job::Batch, reader::closed, work::Work};

/// The connection that writes, and what waits for it.
pub struct Turns {
    /// `None` when the database is closed.
    work: Mutex<Option<Work>>,
    waiting: Mutex<Waiting>,
    /// The thread wants the connection, or has what must come next: tasks leave it alone.
    is_reserved: AtomicBool,
}

struct Waiting {
    batches: VecDeque<Batch>,
    room: usize,
    is_closed: bool,
}

/// The connection, for as long as it is held.
pub type Turn<'a> = MutexGuard<'a, Option<Work>>;

impl Turns {
    pub fn new(work: Work, room: usize) -> Self {
        Self {
            work: Mutex::new(Some(work)),
            waiting: Mutex::new(Waiting {
                batches: VecDeque::new(),
                room,
                is_closed: false,
            }),
            is_reserved: AtomicBool::new(false),
        }
    }

    /// Puts a batch at the end of the queue. [`Error::Busy`] where too many wait.
    pub fn push(&self, batch: Batch) -> Result<(), Error> {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return Err(closed());
        }
        if waiting.batches.len() >= waiting.room {
            return Err(Error::Busy);
        }
        waiting.batches.push_back(batch);
        Ok(())
    }

    /// Takes up to `count` batches, without those that were given up.
    pub fn take(&self, count: usize) -> Vec<Batch> {
        let mut waiting = self.waiting();
        let count = count.min(waiting.batches.len());
        let mut group: Vec<Batch> = waiting.batches.drain(..count).collect();
        drop(waiting);
        group.retain(|batch| batch.ticket.take());
        group
    }

    pub fn is_empty(&self) -> bool {
        self.waiting().batches.is_empty()
    }

    /// Lets nobody queue any more.
    pub fn close(&self) {
        self.waiting().is_closed = true;
    }

    /// The connection, if it is free; never waits.
    pub fn try_turn(&self) -> Option<Turn<'_>> {
        if self.is_reserved.load(Ordering::SeqCst) {
            return None;
        }
        match self.work.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The connection, for the thread, which may wait. Tasks find it taken until it is given back.
    pub fn turn(&self) -> Turn<'_> {
        self.reserve();
        let turn = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        self.release();
        turn
    }

    /// Leaves the next turn to the thread.
    pub fn reserve(&self) {
        self.is_reserved.store(true, Ordering::SeqCst);
    }

    /// Leaves the next turn to whoever comes.
    pub fn release(&self) {
        self.is_reserved.store(false, Ordering::SeqCst);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
