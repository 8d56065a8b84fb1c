//! Wakes one task of this instance from another.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Something to wait for. What is given before somebody waits is not forgotten.
#[derive(Debug, Default)]
pub struct Signal {
    is_given: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Signal {
    /// Wakes whoever waits, or will.
    pub fn give(&self) {
        self.is_given.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// Waits until it is given, and takes it.
    pub async fn wait(&self) {
        poll_fn(|context| match self.is_given.replace(false) {
            true => Poll::Ready(()),
            false => {
                self.waiting.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}
