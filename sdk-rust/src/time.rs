//! Waiting for something, but not for ever.

use crate::bindings::wasi::clocks::monotonic_clock;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// What `work` comes to, or none if it has not within `limit`. Then it is dropped, and what it waits for with it.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let limit_ns = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    let mut timer = pin!(monotonic_clock::wait_for(limit_ns));
    let mut work = pin!(work);
    poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}
