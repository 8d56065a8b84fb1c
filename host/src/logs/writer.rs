//! The task that writes what waits, a few times a second, and takes away what is too old.
//!
//! What cannot be written now is tried again with growing pauses, while the queue takes what fits; a panic costs the lines at hand
//! and no more.

use super::error::LogsError;
use super::line::Line;
use super::{Shared, Stage};
use crate::faults;
use crate::limits;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Runs until all lines have come and are written.
pub async fn run(shared: Arc<Shared>, mut stage: watch::Receiver<Stage>) {
    let (mut lines, mut pause) = (Vec::new(), limits::LOG_WRITE_PAUSE);
    loop {
        if lines.is_empty() {
            tokio::select! {
                () = shared.queue.filled() => {}
                // An error says that nobody is left who could add a line.
                _ = stage.wait_for(|stage| *stage == Stage::Ended) => {}
            }
        }
        // Meanwhile others come, and are written together.
        let is_last = tokio::time::timeout(pause, stage.wait_for(|stage| *stage == Stage::Ended));
        let is_last = is_last.await.is_ok();
        pause = write_guarded(&shared, &mut lines, pause).await;
        if is_last {
            // Where lines were at hand from before, those that waited are still there.
            write_guarded(&shared, &mut lines, pause).await;
            let lost = lines.len() + shared.queue.take().len();
            if lost > 0 {
                tracing::error!(lost, "the last lines of the logs of components could not be written");
            }
            return;
        }
    }
}

/// Writes, whatever happens, and says how long to pause after that.
async fn write_guarded(shared: &Shared, lines: &mut Vec<Line>, pause: Duration) -> Duration {
    let written = AssertUnwindSafe(write(shared, lines)).catch_unwind().await;
    match written {
        Ok(Ok(())) => limits::LOG_WRITE_PAUSE,
        Ok(Err(error)) => {
            let pause = longer(pause);
            let (waiting, retry_ms) = (lines.len(), pause.as_millis() as u64);
            tracing::error!(%error, waiting, retry_ms, "the logs of components cannot be written");
            pause
        }
        Err(_) => {
            // They may be what it was about.
            tracing::error!(lines = lines.len(), "writing the logs of components ended in a panic");
            shared.queue.lose(lines);
            lines.clear();
            longer(pause)
        }
    }
}

/// Writes the lines at hand, or else all that wait. Those that are written are at hand no longer.
async fn write(shared: &Shared, lines: &mut Vec<Line>) -> Result<(), LogsError> {
    if lines.is_empty() {
        *lines = shared.queue.take();
    }
    faults::visit(faults::Place::Logs);
    while !lines.is_empty() {
        let count = lines.len().min(limits::LOG_BATCH_LINES);
        shared.store.add(&lines[..count]).await?;
        lines.drain(..count);
        shared.written.send_modify(|written| *written += 1);
    }
    shared.store.prune().await
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).clamp(limits::LOG_RETRY_PAUSE_MIN, limits::LOG_RETRY_PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::super::line::Stream;
    use super::super::{Queue, Store};
    use super::*;
    use crate::capability::sqlite::{Databases, Settings};

    async fn shared() -> (tempfile::TempDir, Databases, Shared) {
        let folder = tempfile::tempdir().expect("a folder");
        let databases = Databases::new(folder.path(), Settings::default());
        let shared = Shared {
            queue: Queue::default(),
            store: Store::open(databases.open("logs").expect("a database"))
                .await
                .expect("a store"),
            written: watch::Sender::new(0),
        };
        (folder, databases, shared)
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_kept_and_tried_again_with_longer_pauses() {
        let (_folder, databases, shared) = shared().await;
        let page: Arc<str> = "page".into();
        databases.close().await;
        shared.queue.push(&page, 1, Stream::Stdout, "first");
        let (mut lines, mut pauses) = (Vec::new(), vec![limits::LOG_WRITE_PAUSE]);
        for _ in 0..10 {
            let pause = write_guarded(&shared, &mut lines, pauses[pauses.len() - 1]).await;
            pauses.push(pause);
            shared.queue.push(&page, 1, Stream::Stdout, "later");
        }
        assert_eq!(lines.len(), 1, "no more are taken than the first time");
        assert_eq!(shared.queue.take().len(), 10, "the others wait");
        assert_eq!(
            (pauses[1], pauses[10]),
            (limits::LOG_RETRY_PAUSE_MIN, limits::LOG_RETRY_PAUSE_MAX)
        );
    }

    #[tokio::test]
    async fn what_is_written_wakes_those_who_wait_and_ends_the_pauses() {
        let (_folder, databases, shared) = shared().await;
        let (page, mut written): (Arc<str>, _) = ("page".into(), shared.written.subscribe());
        shared.queue.push(&page, 1, Stream::Stdout, "a line");
        let mut lines = Vec::new();
        let pause = write_guarded(&shared, &mut lines, limits::LOG_RETRY_PAUSE_MAX).await;
        assert_eq!((pause, lines.len()), (limits::LOG_WRITE_PAUSE, 0));
        assert!(written.has_changed().expect("it is there"));
        written.mark_unchanged();
        assert_eq!(shared.store.newest("page", None, 10).await.expect("lines").len(), 1);
        databases.close().await;
    }
}
