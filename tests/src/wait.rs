//! Waiting for something to become true, with a deadline: tests never sleep for a guessed time.

use std::time::{Duration, Instant};

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Calls `attempt` until it gives a value; panics with `what` when `timeout` has passed.
#[track_caller]
pub fn until<T>(what: &str, timeout: Duration, attempt: impl FnMut() -> Option<T>) -> T {
    for_value(timeout, attempt).unwrap_or_else(|| panic!("waited {timeout:?} in vain for: {what}"))
}

/// Calls `attempt` until it gives a value, or nothing when `timeout` has passed.
pub fn for_value<T>(timeout: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(value) = attempt() {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}
