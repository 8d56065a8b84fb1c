//! The writer's thread: the only connection of a database that writes and checkpoints, commits shared by those who wait.
//!
//! Nothing here knows that it is a thread but [`Work::serve`], which takes jobs from the queue.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::Instant,
};

use tokio::sync::oneshot;

use super::{
    connection::Connection,
    error::Error,
    job::{Batch, Job, Migrated},
    migrate::{Migration, Set},
    role::Role,
    settings::Settings,
    stamp::Stamps,
    transaction::{Command, Transaction},
    value::{Outcome, Step},
};

/// What the thread has.
pub struct Work {
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
    pub fn new(connection: Connection, settings: Arc<Settings>, stamps: Arc<Stamps>) -> Self {
        Self {
            connection,
            settings,
            stamps,
        }
    }

    /// Serves the queue until it is closed or everybody is gone.
    pub fn serve(&mut self, jobs: &Receiver<Job>) {
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
        if reply.send(Ok(Transaction::new(sender))).is_ok() {
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
