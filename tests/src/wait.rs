//! Waiting for something to become true, with a deadline: tests never sleep for a guessed time.

use std::time::{Duration, Instant};

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Calls `attempt` until it gives a value; panics with `what` when `timeout` has passed.
#[track_caller]
pub fn until<T>(what: &str, timeout: Duration, mut attempt: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {timeout:?} in vain for: {what}");
        std::thread::sleep(POLL_INTERVAL);
    }
}
