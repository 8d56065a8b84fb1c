//! The way to a database's only writer: a batch is committed by whoever has it, where that is quick; the rest is for a thread.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        mpsc::{self, SyncSender, TrySendError},
    },
};

use tokio::{sync::oneshot, task::yield_now, time::timeout};

use super::{
    changes::Log,
    connection::{Connection, Purpose},
    error::Error,
    job::{AbandonOnDrop, Batch, Job, Migrated, Ticket},
    migrate::Migration,
    reader::closed,
    role::Role,
    settings::{Settings, Synchronous},
    stamp::Stamps,
    thread,
    transaction::Transaction,
    turns::Turns,
    value::{Outcome, Step},
    work::Work,
};

/// How often a task that commits for others looks for more of them before it leaves them to the thread.
const ROUNDS: usize = 2;

/// The way to the writer.
pub struct Writer {
    turns: Arc<Turns>,
    jobs: SyncSender<Job>,
    settings: Arc<Settings>,
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub fn open(path: &Arc<Path>, settings: &Arc<Settings>) -> Result<(Self, Arc<Stamps>, Arc<Log>), Error> {
        let mut connection = Connection::open(path, Purpose::Write, settings)?;
        let log = Arc::new(Log::new()?);
        connection.capture_into(log.clone());
        let stamps = Arc::new(Stamps::new(connection.catalog().plain_tables()));
        let work = Work::new(connection, settings.clone(), stamps.clone());
        let turns = Arc::new(Turns::new(work, settings.writer_queue));
        let (jobs, received) = mpsc::sync_channel(settings.writer_queue);
        thread::start(turns.clone(), received)?;
        Ok((
            Self {
                turns,
                jobs,
                settings: settings.clone(),
            },
            stamps,
            log,
        ))
    }

    pub async fn batch(&self, role: &Arc<Role>, steps: Vec<Step>) -> Result<Vec<Outcome>, Error> {
        let (reply, answer) = oneshot::channel();
        let guard = AbandonOnDrop(Ticket::default());
        self.turns.push(Batch {
            role: role.clone(),
            steps,
            ticket: guard.0.clone(),
            reply,
        })?;
        // A commit that waits for the disk would hold up everything else on this thread.
        if self.settings.synchronous == Synchronous::Normal {
            // Others that are ready to write queue up meanwhile, and share the commit. A call of a component is polled twice
            // before anything else has its turn, which is what the first of these is for.
            yield_now().await;
            yield_now().await;
            if catch_unwind(AssertUnwindSafe(|| self.commit_here())).is_err() {
                tracing::error!("a commit ended in a panic");
                self.turns.release();
                if let Some(mut turn) = self.turns.try_turn() {
                    turn.as_mut().map(Work::recover);
                }
                // Others may be left in the queue.
                self.look();
            }
        } else {
            self.look();
        }
        self.wait(guard, answer).await
    }

    pub async fn begin(&self, role: &Arc<Role>) -> Result<Transaction, Error> {
        let (reply, answer) = oneshot::channel();
        let guard = AbandonOnDrop(Ticket::default());
        self.push(Job::Begin {
            role: role.clone(),
            ticket: guard.0.clone(),
            reply,
        })?;
        self.wait(guard, answer).await
    }

    pub async fn migrate(&self, role: &Arc<Role>, set: &str, migrations: Vec<Migration>) -> Migrated {
        let (reply, answer) = oneshot::channel();
        self.push(Job::Migrate {
            role: role.clone(),
            set: set.into(),
            migrations,
            reply,
        })?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    /// Ends the thread after what waits already, with the write-ahead log copied into the file.
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        let mut job = Job::Close { reply };
        while let Err(TrySendError::Full(returned)) = self.jobs.try_send(job) {
            job = returned;
            yield_now().await;
        }
        drop(answer.await);
    }

    /// Commits what waits, unless someone else has the connection: they do then, when they give it back.
    fn commit_here(&self) {
        for _ in 0..ROUNDS {
            if self.turns.is_empty() {
                return;
            }
            let Some(mut turn) = self.turns.try_turn() else { return };
            let Some(work) = turn.as_mut() else { return };
            let left = work.commit_inline(&self.turns);
            if !left.is_done {
                // Before the connection is free again, so that the thread has it next.
                self.turns.reserve();
                drop(turn);
                left.long.into_iter().for_each(|batch| self.hand_over(batch));
                return self.look();
            }
        }
        if !self.turns.is_empty() {
            self.look();
        }
    }

    fn hand_over(&self, batch: Batch) {
        if let Err(TrySendError::Full(Job::Long(batch))) = self.jobs.try_send(Job::Long(batch)) {
            batch.answer(Err(Error::Busy));
        }
    }

    /// Has the thread look at what waits. Where its queue is full it does so anyway: every job ends with a look.
    fn look(&self) {
        if let Err(TrySendError::Disconnected(_)) = self.jobs.try_send(Job::Look) {
            self.turns.release();
        }
    }

    fn push(&self, job: Job) -> Result<(), Error> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => closed(),
        })
    }

    async fn wait<T>(&self, guard: AbandonOnDrop, mut answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        let result = match timeout(self.settings.writer_wait, &mut answer).await {
            Ok(result) => result,
            Err(_) if guard.0.abandon() => return Err(Error::Busy),
            Err(_) => answer.await,
        };
        result.unwrap_or_else(|_| {
            Err(Error::Other(
                "there is no answer: the database is closed, or the server failed".into(),
            ))
        })
    }
}
