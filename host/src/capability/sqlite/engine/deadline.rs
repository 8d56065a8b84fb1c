//! When a statement has run long enough: a deadline that SQLite's progress handler looks at.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::limits;

/// When the running statement is interrupted, in nanoseconds since `start`.
pub struct Deadline {
    start: Instant,
    at: Arc<AtomicU64>,
}

impl Deadline {
    pub fn install(connection: &rusqlite::Connection) -> Self {
        let deadline = Self {
            start: Instant::now(),
            at: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let (start, at) = (deadline.start, deadline.at.clone());
        let is_over = move || {
            let at = at.load(Ordering::Relaxed);
            at != u64::MAX && nanoseconds(start.elapsed()) > at
        };
        connection.progress_handler(limits::PROGRESS_INSTRUCTIONS, Some(is_over));
        deadline
    }

    pub fn set(&self, at: Instant) {
        self.at
            .store(nanoseconds(at.saturating_duration_since(self.start)), Ordering::Relaxed);
    }

    pub fn clear(&self) {
        self.at.store(u64::MAX, Ordering::Relaxed);
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1)
}
