//! Who may be running at once: a bounded number, and a bounded number that waits for a bounded time.

use super::running::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The door to one component on one core.
pub struct Admission {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    timeout: Duration,
}

impl Admission {
    /// Lets in `running_max` at once; `waiting_max` may wait, each for as long as `timeout`.
    pub fn new(running_max: usize, waiting_max: usize, timeout: Duration) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(running_max)),
            waiting: AtomicUsize::new(0),
            waiting_max,
            timeout,
        }
    }

    /// The right to be running: at once where there is room, else in the order of arrival.
    pub async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = Waiting::begin(self).ok_or(Failure::Busy)?;
        let permit = tokio::time::timeout(self.timeout, self.permits.clone().acquire_owned()).await;
        permit.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Busy)
    }
}

/// Counts one that waits, for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(admission: &'a Admission) -> Option<Self> {
        let this = Self(&admission.waiting);
        (admission.waiting.fetch_add(1, Ordering::Relaxed) < admission.waiting_max).then_some(this)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_too_many_waits_and_one_more_is_sent_away() {
        let door = Arc::new(Admission::new(1, 1, Duration::from_secs(60)));
        let held = door.permit().await.expect("there is room");
        let other = door.clone();
        let waiting = tokio::spawn(async move { other.permit().await.map(drop) });
        while door.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(door.permit().await.map(drop), Err(Failure::Busy));
        drop(held);
        assert_eq!(waiting.await.expect("no panic"), Ok(()));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let door = Admission::new(1, 1, Duration::from_millis(1));
        let _held = door.permit().await.expect("there is room");
        assert_eq!(door.permit().await.map(drop), Err(Failure::Busy));
    }
}
