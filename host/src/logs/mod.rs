//! The logs of components: what they write to standard output and standard error, and what the host has to say about them, in
//! `logs.db`.
//!
//! Whoever adds a line never waits. It goes into a bounded queue, which one task writes to the disk a few times a second; what does not
//! fit is counted, and the log says how much that was.

mod error;
mod line;
mod queue;
mod schema;
mod store;
mod writer;

use crate::capability::sqlite::Database;
use crate::limits;
pub use error::LogsError;
pub use line::{Entry, Stream};
use queue::Queue;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// The logs of all components.
pub struct Logs {
    shared: Arc<Shared>,
    stage: watch::Sender<Stage>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// Those who wait for lines.
    followers: Semaphore,
}

/// What the task that writes needs.
struct Shared {
    queue: Queue,
    store: Store,
    /// Counts what was written, to wake those who wait for it.
    written: watch::Sender<u64>,
}

/// How far the server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Running,
    /// Nobody waits for lines any more. Some may still come.
    Stopping,
    /// All lines have come.
    Ended,
}

impl Logs {
    /// Makes the tables, and starts the task that writes.
    pub async fn open(database: Arc<Database>) -> Result<Arc<Self>, LogsError> {
        let shared = Arc::new(Shared {
            queue: Queue::default(),
            store: Store::open(database).await?,
            written: watch::Sender::new(0),
        });
        let stage = watch::Sender::new(Stage::Running);
        let task = tokio::spawn(writer::run(shared.clone(), stage.subscribe()));
        Ok(Arc::new(Self {
            shared,
            stage,
            task: Mutex::new(Some(task)),
            followers: Semaphore::new(limits::LOG_FOLLOWERS_MAX),
        }))
    }

    /// Adds a line that a component wrote.
    pub fn output(&self, component: &Arc<str>, version: u64, stream: Stream, text: &str) {
        self.shared.queue.push(component, version, stream, text);
    }

    /// Adds a line that the host has to say about a component.
    pub fn host(&self, component: &Arc<str>, version: u64, text: &str) {
        self.shared
            .queue
            .push(component, version, Stream::Host, &line::one_line(text));
    }

    /// Whether there are lines of a component.
    pub async fn has(&self, component: &str) -> Result<bool, LogsError> {
        self.shared.store.has(component).await
    }

    /// The newest lines of a component before a number, the oldest of them first; fewer where they are long.
    pub async fn newest(&self, component: &str, before: Option<u64>, count: usize) -> Result<Vec<Entry>, LogsError> {
        self.shared.store.newest(component, before, count).await
    }

    /// The first lines of a component after a number.
    pub async fn after(&self, component: &str, after: u64, count: usize) -> Result<Vec<Entry>, LogsError> {
        self.shared.store.after(component, after, count).await
    }

    /// The same, once there is one; none where there is none for long.
    pub async fn wait(&self, component: &str, after: u64, count: usize) -> Result<Vec<Entry>, LogsError> {
        self.wait_for(component, after, count, limits::LOG_WAIT).await
    }

    async fn wait_for(
        &self,
        component: &str,
        after: u64,
        count: usize,
        time: Duration,
    ) -> Result<Vec<Entry>, LogsError> {
        let _place = self.followers.try_acquire().map_err(|_| LogsError::TooManyWait)?;
        let (mut written, mut stage) = (self.shared.written.subscribe(), self.stage.subscribe());
        let end = tokio::time::sleep(time);
        tokio::pin!(end);
        loop {
            // Before it is looked for, so that nothing is written in between unseen.
            written.borrow_and_update();
            let lines = self.after(component, after, count).await?;
            if !lines.is_empty() {
                return Ok(lines);
            }
            tokio::select! {
                _ = stage.wait_for(|stage| *stage > Stage::Running) => return Err(LogsError::Stopping),
                _ = written.changed() => {}
                () = &mut end => return Ok(lines),
            }
        }
    }

    /// Lets go of those who wait for lines: the server stops, and waits for requests under way.
    pub fn release(&self) {
        self.advance(Stage::Stopping);
    }

    /// Writes what waits, and closes the database. Nobody has anything to add any more.
    pub async fn close(&self) {
        self.advance(Stage::Ended);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // A panic was reported where it happened.
            let _ = task.await;
        }
        self.shared.store.close().await;
    }

    fn advance(&self, to: Stage) {
        self.stage.send_if_modified(|stage| {
            let is_later = to > *stage;
            *stage = to.max(*stage);
            is_later
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::sqlite::{Databases, Settings};

    async fn logs() -> (tempfile::TempDir, Arc<Logs>) {
        let folder = tempfile::tempdir().expect("a folder");
        let databases = Databases::new(folder.path(), Settings::default());
        let logs = Logs::open(databases.open("logs").expect("a database")).await;
        (folder, logs.expect("logs"))
    }

    #[tokio::test]
    async fn who_waits_gets_the_line_once_it_is_written_and_never_that_of_another() {
        let (_folder, logs) = logs().await;
        let (page, other): (Arc<str>, Arc<str>) = ("page".into(), "other".into());
        let waiting = tokio::spawn({
            let logs = logs.clone();
            async move { logs.wait("page", 0, 10).await }
        });
        logs.output(&other, 1, Stream::Stdout, "not this");
        logs.output(&page, 7, Stream::Stderr, "this");
        let lines = waiting.await.expect("no panic").expect("lines");
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.version, line.stream, &*line.text))
            .collect();
        assert_eq!(seen, [(7, Stream::Stderr, "this")]);
        logs.close().await;
    }

    #[tokio::test]
    async fn a_wait_ends_with_its_time_and_with_the_server_and_there_is_room_for_so_many() {
        let (_folder, logs) = logs().await;
        let none = logs.wait_for("page", 0, 10, Duration::from_millis(20)).await;
        assert_eq!(none.expect("no lines").len(), 0);
        let mut waiting: Vec<_> = (0..limits::LOG_FOLLOWERS_MAX)
            .map(|_| Box::pin(logs.wait("page", 0, 10)))
            .collect();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        let refused = logs.wait("page", 0, 10).await;
        assert!(matches!(refused, Err(LogsError::TooManyWait)), "{refused:?}");
        logs.release();
        for one in waiting {
            assert!(matches!(one.await, Err(LogsError::Stopping)));
        }
        logs.close().await;
    }

    #[tokio::test]
    async fn what_waits_when_the_server_stops_is_written() {
        let (folder, logs) = logs().await;
        let page: Arc<str> = "page".into();
        for number in 0..3000 {
            logs.output(&page, 1, Stream::Stdout, &number.to_string());
        }
        logs.close().await;
        let databases = Databases::new(folder.path(), Settings::default());
        let again = Logs::open(databases.open("logs").expect("a database")).await;
        let again = again.expect("logs");
        let newest = again.newest("page", None, 2).await.expect("lines");
        let texts: Vec<&str> = newest.iter().map(|line| &*line.text).collect();
        assert_eq!(texts, ["2998", "2999"]);
        again.close().await;
    }
}
