//! The only connection of a database that writes and checkpoints: one thread, one queue, commits shared by those who wait.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    },
    thread,
    time::Instant,
};

use tokio::{sync::oneshot, time::timeout};

use super::{
    connection::{Connection, Purpose},
    error::Error,
    migrate::{Applied, Migration, MigrationError, Set},
    reader::closed,
    role::Role,
    settings::Settings,
    stamp::Stamps,
    transaction::{Command, Transaction},
    value::{Outcome, Step},
};

/// The queue in front of the writer.
pub struct Writer {
    queue: SyncSender<Job>,
    settings: Arc<Settings>,
}

enum Job {
    Batch(Batch),
    Begin {
        role: Arc<Role>,
        ticket: Ticket,
        reply: oneshot::Sender<Result<Transaction, Error>>,
    },
    Migrate {
        role: Arc<Role>,
        set: String,
        migrations: Vec<Migration>,
        reply: oneshot::Sender<Migrated>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

type Migrated = Result<Vec<Applied>, MigrationError>;

struct Batch {
    role: Arc<Role>,
    steps: Vec<Step>,
    ticket: Ticket,
    reply: oneshot::Sender<Result<Vec<Outcome>, Error>>,
}

impl Batch {
    /// Whoever asked may be gone, which is no failure.
    fn answer(self, result: Result<Vec<Outcome>, Error>) {
        drop(self.reply.send(result));
    }
}

/// Who has a job: those who wait for it, until they give up, or the writer.
#[derive(Clone, Default)]
struct Ticket(Arc<AtomicU8>);

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const ABANDONED: u8 = 2;

impl Ticket {
    fn take(&self) -> bool {
        self.0
            .compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    fn abandon(&self) -> bool {
        self.0
            .compare_exchange(WAITING, ABANDONED, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

/// Abandons a job that still waits when the call for it is dropped.
struct AbandonOnDrop(Ticket);

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Writer {
    /// Opens the connection and starts its thread.
    pub fn open(path: &Arc<Path>, settings: &Arc<Settings>) -> Result<(Self, Arc<Stamps>), Error> {
        let connection = Connection::open(path, Purpose::Write, settings)?;
        let stamps = Arc::new(Stamps::new(connection.catalog().plain_tables()));
        let (queue, jobs) = mpsc::sync_channel(settings.writer_queue);
        let mut work = Work {
            connection,
            settings: settings.clone(),
            stamps: stamps.clone(),
        };
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work.serve(&jobs))
            .map_err(|error| Error::Other(format!("the writer cannot be started: {error}")))?;
        Ok((
            Self {
                queue,
                settings: settings.clone(),
            },
            stamps,
        ))
    }

    pub async fn batch(&self, role: &Arc<Role>, steps: Vec<Step>) -> Result<Vec<Outcome>, Error> {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::default();
        self.push(Job::Batch(Batch {
            role: role.clone(),
            steps,
            ticket: ticket.clone(),
            reply,
        }))?;
        self.wait(ticket, answer).await
    }

    pub async fn begin(&self, role: &Arc<Role>) -> Result<Transaction, Error> {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::default();
        self.push(Job::Begin {
            role: role.clone(),
            ticket: ticket.clone(),
            reply,
        })?;
        self.wait(ticket, answer).await
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
        while let Err(TrySendError::Full(returned)) = self.queue.try_send(job) {
            job = returned;
            tokio::task::yield_now().await;
        }
        drop(answer.await);
    }

    fn push(&self, job: Job) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => closed(),
        })
    }

    async fn wait<T>(&self, ticket: Ticket, mut answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        let guard = AbandonOnDrop(ticket);
        let result = match timeout(self.settings.writer_wait, &mut answer).await {
            Ok(result) => result,
            Err(_) if guard.0.abandon() => return Err(Error::Busy),
            Err(_) => answer.await,
        };
        result.unwrap_or_else(|_| Err(closed()))
    }
}

/// What the thread has.
struct Work {
    connection: Connection,
    settings: Arc<Settings>,
    stamps: Arc<Stamps>,
}

/// How an attempt to commit a group went.
enum Attempt {
    /// Everybody in it has an answer; these are left for the next one.
    Answered(Vec<Batch>),
    /// The batch at this place ended the transaction of all.
    Lost(usize, Error),
    /// A constraint that is checked at the end refused the commit.
    Refused(Error),
}

impl Work {
    fn serve(&mut self, jobs: &Receiver<Job>) {
        let mut next = jobs.recv().ok();
        while let Some(job) = next.take() {
            match job {
                Job::Batch(first) => next = self.serve_batches(first, jobs),
                Job::Begin { role, ticket, reply } if ticket.take() => self.serve_transaction(&role, reply),
                Job::Begin { .. } => {}
                Job::Migrate {
                    role,
                    set,
                    migrations,
                    reply,
                } => {
                    let result = self.migrate(&role, &set, migrations);
                    drop(reply.send(result));
                }
                Job::Close { reply } => {
                    self.checkpoint_at_close();
                    // Whoever asked may be gone.
                    let _ = reply.send(());
                    return;
                }
            }
            next = next.or_else(|| jobs.recv().ok());
        }
        self.checkpoint_at_close();
    }

    /// Commits the batches that wait, together; gives back the job of another kind that ended the group.
    fn serve_batches(&mut self, first: Batch, jobs: &Receiver<Job>) -> Option<Job> {
        let (mut group, mut next) = (vec![first], None);
        while group.len() < self.settings.group {
            match jobs.try_recv() {
                Ok(Job::Batch(batch)) => group.push(batch),
                Ok(job) => {
                    next = Some(job);
                    break;
                }
                Err(_) => break,
            }
        }
        group.retain(|batch| batch.ticket.take());
        self.commit_group(group);
        next
    }

    fn commit_group(&mut self, mut group: Vec<Batch>) {
        while !group.is_empty() {
            match self.attempt(&mut group) {
                Attempt::Answered(rest) => group = rest,
                Attempt::Lost(place, error) => group.remove(place).answer(Err(error)),
                Attempt::Refused(error) if group.len() == 1 => group.remove(0).answer(Err(error)),
                // One of them broke a deferred constraint; alone, each learns whether it did.
                Attempt::Refused(_) => group.drain(..).for_each(|batch| self.commit_group(vec![batch])),
            }
        }
    }

    fn attempt(&mut self, group: &mut Vec<Batch>) -> Attempt {
        self.roll_back();
        if let Err(error) = self.connection.own("BEGIN IMMEDIATE") {
            return answer_all(group, &error);
        }
        let (started, alone) = (Instant::now(), group.len() == 1);
        let mut results = Vec::with_capacity(group.len());
        for (place, batch) in group.iter().enumerate() {
            let result = self.run_batch(batch, alone);
            if !self.connection.in_transaction() {
                let ended = Error::Sql("the statement ended the transaction".into());
                return Attempt::Lost(place, result.err().unwrap_or(ended));
            }
            results.push(result);
            if started.elapsed() > self.settings.group_time {
                break;
            }
        }
        let rest = group.split_off(results.len());
        match self.connection.own("COMMIT") {
            Ok(()) => {
                self.publish();
                group
                    .drain(..)
                    .zip(results)
                    .for_each(|(batch, result)| batch.answer(result));
                Attempt::Answered(rest)
            }
            Err(error) => {
                self.roll_back();
                group.extend(rest);
                if matches!(error, Error::Constraint { .. }) {
                    Attempt::Refused(error)
                } else {
                    answer_all(group, &error)
                }
            }
        }
    }

    /// Runs a batch in a savepoint of its own; one that is alone has the transaction for that, and ends it if it fails.
    fn run_batch(&mut self, batch: &Batch, alone: bool) -> Result<Vec<Outcome>, Error> {
        if !alone {
            self.connection.own("SAVEPOINT job")?;
        }
        self.connection.limit_time(self.settings.write_time);
        let result = run_steps(&mut self.connection, &batch.role, &batch.steps);
        self.connection.lift_time_limit();
        if !self.connection.in_transaction() {
            return result;
        }
        match (&result, alone) {
            (Ok(_), true) => {}
            (Ok(_), false) => self.connection.own("RELEASE job")?,
            (Err(_), true) => self.roll_back(),
            (Err(_), false) => {
                self.connection.own("ROLLBACK TO job")?;
                self.connection.own("RELEASE job")?;
            }
        }
        result
    }

    fn serve_transaction(&mut self, role: &Arc<Role>, reply: oneshot::Sender<Result<Transaction, Error>>) {
        if let Err(error) = self.connection.own("BEGIN IMMEDIATE") {
            drop(reply.send(Err(error)));
            return;
        }
        let (sender, commands) = mpsc::channel();
        let lease_end = Instant::now() + self.settings.lease;
        if reply.send(Ok(Transaction::new(sender, role.clone()))).is_ok() {
            self.serve_commands(role, &commands, lease_end);
        }
        if self.connection.in_transaction() {
            self.roll_back();
        }
    }

    fn serve_commands(&mut self, role: &Arc<Role>, commands: &Receiver<Command>, lease_end: Instant) {
        loop {
            let left = lease_end.saturating_duration_since(Instant::now());
            match commands.recv_timeout(left) {
                Ok(Command::Execute { statement, reply }) => {
                    let left = lease_end.saturating_duration_since(Instant::now());
                    self.connection.limit_time(left.min(self.settings.write_time));
                    let result = self.run_in_savepoint(
                        role,
                        Step {
                            statement,
                            must_affect: false,
                        },
                    );
                    self.connection.lift_time_limit();
                    drop(reply.send(result));
                    if !self.connection.in_transaction() {
                        return;
                    }
                }
                Ok(Command::Commit { reply }) => {
                    let result = self.connection.own("COMMIT");
                    match &result {
                        Ok(()) => self.publish(),
                        Err(_) => self.roll_back(),
                    }
                    drop(reply.send(result));
                    return;
                }
                Ok(Command::Rollback { reply }) => {
                    self.roll_back();
                    drop(reply.send(Ok(())));
                    return;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn run_in_savepoint(&mut self, role: &Arc<Role>, step: Step) -> Result<Outcome, Error> {
        self.connection.own("SAVEPOINT job")?;
        let result = self.connection.run(role, &step.statement);
        self.connection.lift_time_limit();
        if self.connection.in_transaction() {
            if result.is_err() {
                self.connection.own("ROLLBACK TO job")?;
            }
            self.connection.own("RELEASE job")?;
        }
        result
    }

    fn migrate(&mut self, role: &Arc<Role>, set: &str, migrations: Vec<Migration>) -> Migrated {
        let Self {
            connection,
            settings,
            stamps,
        } = self;
        let set = Set {
            role,
            name: set,
            settings,
        };
        let result = set.apply(connection, migrations, |connection| publish_schema(connection, stamps));
        if result.is_err() {
            // What the failed one had compiled is of a schema that does not exist.
            publish_schema(connection, stamps)?;
        }
        result
    }

    /// Called after each COMMIT, before anybody is told of it.
    fn publish(&mut self) {
        let touched = self.connection.take_touched();
        if touched.schema
            && let Err(error) = self.connection.refresh()
        {
            tracing::error!(%error, "the schema could not be read after it changed");
        }
        let plain_tables = touched.schema.then(|| self.connection.catalog().plain_tables());
        self.stamps.committed(&touched, plain_tables);
    }

    fn roll_back(&mut self) {
        if self.connection.in_transaction()
            && let Err(error) = self.connection.own("ROLLBACK")
        {
            tracing::error!(%error, "a rollback failed");
        }
    }

    fn checkpoint_at_close(&mut self) {
        if let Err(error) = self.connection.own("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the write-ahead log could not be emptied; the next start reads it");
        }
    }
}

fn publish_schema(connection: &mut Connection, stamps: &Stamps) -> Result<(), Error> {
    let mut touched = connection.take_touched();
    touched.schema = true;
    connection.refresh()?;
    stamps.committed(&touched, Some(connection.catalog().plain_tables()));
    Ok(())
}

fn run_steps(connection: &mut Connection, role: &Arc<Role>, steps: &[Step]) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let outcome = connection.run(role, &step.statement)?;
        if step.must_affect && outcome.changes == 0 && outcome.rows() == 0 {
            return Err(Error::Unmet(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn answer_all(group: &mut Vec<Batch>, error: &Error) -> Attempt {
    group.drain(..).for_each(|batch| batch.answer(Err(error.clone())));
    Attempt::Answered(Vec::new())
}
