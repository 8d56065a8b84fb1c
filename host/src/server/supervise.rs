//! Tasks that the server needs for as long as it runs: one that panics begins again.

use crate::limits;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use tokio::sync::watch;

/// Runs a task until it ends by itself. What it had under way when it panicked is lost; what it works on is not.
pub async fn supervise<F: Future<Output = ()>>(
    name: &'static str,
    mut stopping: watch::Receiver<bool>,
    task: impl Fn() -> F,
) {
    while AssertUnwindSafe(task()).catch_unwind().await.is_err() {
        tracing::error!(task = name, "a task of the server panicked, and begins again");
        // So that one that panics at once does not do so all the time.
        let told = async { drop(stopping.wait_for(|stopping| *stopping).await) };
        let _ = tokio::time::timeout(limits::TASK_RESTART_PAUSE, told).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn a_task_that_panics_begins_again_and_one_that_ends_does_not() {
        let runs = Cell::new(0);
        // A server that stops does not pause.
        let (_stop, stopping) = watch::channel(true);
        supervise("test", stopping, async || {
            runs.set(runs.get() + 1);
            assert!(runs.get() >= 3, "again");
        })
        .await;
        assert_eq!(runs.get(), 3);
    }
}
