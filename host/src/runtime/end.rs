//! The end of an instance, and what the requests inside know of it and it of them.
//!
//! The engine cannot take back a request that is inside an instance. One whose client has gone is given up, and so is the instance
//! once nobody waits for anything in it: or else it would keep its place, and the writer of a database with it, for nobody.

use super::outcome::Outcome;
use super::state::State;
use futures::task::AtomicWaker;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// How an instance ended, or whether it should.
pub struct End {
    failed: AtomicBool,
    timed_out: AtomicBool,
    out_of_memory: Arc<AtomicBool>,
    /// Requests that were given to it, and those of them that somebody still waits for.
    begun: AtomicUsize,
    wanted: AtomicUsize,
    /// Somebody went away before the end.
    given_up: AtomicBool,
    /// Of whoever drives the instance.
    driver: AtomicWaker,
}

impl End {
    /// Of an instance that lives.
    pub(super) fn new(state: &State) -> Self {
        Self {
            failed: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            out_of_memory: state.memory.exceeded().clone(),
            begun: AtomicUsize::new(0),
            wanted: AtomicUsize::new(0),
            given_up: AtomicBool::new(false),
            driver: AtomicWaker::new(),
        }
    }

    pub(super) fn set_failed(&self, failed: bool) {
        self.failed.store(failed, Ordering::Release);
    }

    pub(super) fn set_timed_out(&self) {
        self.timed_out.store(true, Ordering::Relaxed);
    }

    /// Whether it ended before its time.
    pub fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Whether somebody went away: such an instance takes nothing more.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }

    /// Whether somebody went away and nobody is left. `driver` is told when that comes about.
    pub(super) fn is_for_nobody(&self, driver: &Context<'_>) -> bool {
        self.driver.register(driver.waker());
        self.is_given_up() && self.wanted.load(Ordering::Acquire) == 0
    }

    /// Whether it was given one request alone.
    pub(super) fn is_of_one(&self) -> bool {
        self.begun.load(Ordering::Relaxed) == 1
    }

    /// What it means for those whom it did not answer.
    pub fn outcome(&self) -> Outcome {
        if self.out_of_memory.load(Ordering::Relaxed) {
            Outcome::OutOfMemory
        } else if self.timed_out.load(Ordering::Relaxed) {
            Outcome::TimedOut
        } else {
            Outcome::Trapped
        }
    }

    fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.wanted.fetch_add(1, Ordering::Relaxed);
    }

    fn leave(&self, given_up: bool) {
        self.wanted.fetch_sub(1, Ordering::AcqRel);
        if given_up {
            self.given_up.store(true, Ordering::Release);
            self.driver.wake();
        }
    }
}

/// Between a request and the instance that it is given to.
#[derive(Default)]
pub struct Link {
    state: Mutex<Linked>,
    /// Of the request's own time limit.
    limit: AtomicWaker,
}

#[derive(Default)]
struct Linked {
    end: Option<Arc<End>>,
    /// Nobody waits for the request any more, because it was done or given up.
    left: Option<bool>,
}

impl Link {
    /// The request was given to this instance.
    pub(super) fn attach(&self, end: &Arc<End>) {
        let mut linked = self.locked();
        end.begin();
        if let Some(given_up) = linked.left {
            end.leave(given_up);
        }
        linked.end = Some(end.clone());
    }

    /// Nobody waits for the request any more.
    pub(super) fn leave(&self, given_up: bool) {
        let mut linked = self.locked();
        if linked.left.is_none() {
            linked.left = Some(given_up);
            if let Some(end) = &linked.end {
                end.leave(given_up);
            }
        }
        drop(linked);
        // Nobody waits for the end of one that was done, and to wake the instance for it would cost as much as a call.
        if given_up {
            self.limit.wake();
        }
    }

    /// The instance, once there is one.
    pub(super) fn end(&self) -> Option<Arc<End>> {
        self.locked().end.clone()
    }

    /// Waits until the request is given up.
    pub(super) async fn given_up(&self) {
        poll_fn(|context| {
            self.limit.register(context.waker());
            match self.locked().left {
                Some(true) => Poll::Ready(()),
                _ => Poll::Pending,
            }
        })
        .await;
    }

    fn locked(&self) -> MutexGuard<'_, Linked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
