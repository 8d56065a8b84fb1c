//! The only connection of a database that writes: commits shared by those who wait, transactions, migrations.
//!
//! It is used by one thread after another, see `turns.rs`.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    connection::Connection,
    error::Error,
    job::{Batch, Migrated},
    limits,
    migrate::{Migration, Set},
    role::Role,
    settings::Settings,
    stamp::Stamps,
    transaction::{Command, Transaction},
    turns::Turns,
    value::{Outcome, Step},
};
use crate::faults::{self, Place};

/// The connection, and what it needs.
pub struct Work {
    connection: Connection,
    settings: Arc<Settings>,
    stamps: Arc<Stamps>,
    /// Pages in the log at which it is copied into the file.
    checkpoint_at: u32,
    /// The next commit may begin the log anew, which waits for the disk.
    log_begins: bool,
}

/// What a task left for the thread.
pub struct Left {
    /// Batches that need more time.
    pub long: Vec<Batch>,
    /// Whether that was all: nothing is left to do but what came meanwhile.
    pub is_done: bool,
}

/// How much time there is.
#[derive(Clone, Copy)]
struct Pace {
    batch: Duration,
    group: Duration,
    /// Other work waits for this thread: what needs more time is left, not refused.
    is_inline: bool,
}

/// How an attempt to commit a group went.
enum Attempt {
    /// Everybody in it has an answer, or is among the late; these are left for the next one.
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
            checkpoint_at: limits::CHECKPOINT_PAGES,
            log_begins: true,
        }
    }

    /// Commits what waits on the thread of one of those who wait, which has better things to do than waiting for the disk.
    pub fn commit_inline(&mut self, turns: &Turns) -> Left {
        let mut long = Vec::new();
        if !self.log_begins {
            let pace = Pace {
                batch: self.settings.inline_write,
                group: self.settings.inline_write,
                is_inline: true,
            };
            self.connection.wait_for_locks(Duration::ZERO);
            let group = turns.take(self.settings.group);
            faults::visit(Place::Write);
            self.commit_group(group, pace, &mut long);
        }
        let is_done = long.is_empty() && !self.log_begins && !self.log_is_long();
        Left { long, is_done }
    }

    /// Commits a group of those that wait, on the writer's own thread.
    pub fn commit_waiting(&mut self, turns: &Turns) {
        let group = turns.take(self.settings.group);
        self.commit_patiently(group);
    }

    /// Commits batches that may take their time.
    pub fn commit_patiently(&mut self, group: Vec<Batch>) {
        let pace = Pace {
            batch: self.settings.write_time,
            group: self.settings.group_time,
            is_inline: false,
        };
        self.connection
            .wait_for_locks(Duration::from_millis(limits::BUSY_TIMEOUT_MS));
        self.commit_group(group, pace, &mut Vec::new());
    }

    fn commit_group(&mut self, mut group: Vec<Batch>, pace: Pace, late: &mut Vec<Batch>) {
        while !group.is_empty() {
            match self.attempt(&mut group, pace, late) {
                Attempt::Answered(rest) if pace.is_inline => return late.extend(rest),
                Attempt::Answered(rest) => group = rest,
                Attempt::Lost(place, Error::TimedOut) if pace.is_inline => late.push(group.remove(place)),
                Attempt::Lost(place, error) => group.remove(place).answer(Err(error)),
                Attempt::Refused(error) if group.len() == 1 => group.remove(0).answer(Err(error)),
                // One of them broke a deferred constraint; alone, each learns whether it did.
                Attempt::Refused(_) => group
                    .drain(..)
                    .for_each(|batch| self.commit_group(vec![batch], pace, late)),
            }
        }
    }

    fn attempt(&mut self, group: &mut Vec<Batch>, pace: Pace, late: &mut Vec<Batch>) -> Attempt {
        self.roll_back();
        match self.connection.begin() {
            Ok(()) => {}
            // Another process has the file.
            Err(Error::Busy) if pace.is_inline => return Attempt::Answered(std::mem::take(group)),
            Err(error) => return answer_all(group, &error),
        }
        let (started, alone) = (Instant::now(), group.len() == 1);
        let mut results = Vec::with_capacity(group.len());
        for (place, batch) in group.iter().enumerate() {
            let result = self.run_batch(batch, alone, pace.batch);
            if !self.connection.in_transaction() {
                let ended = Error::Sql("the statement ended the transaction".into());
                return Attempt::Lost(place, result.err().unwrap_or(ended));
            }
            results.push(result);
            if started.elapsed() > pace.group {
                break;
            }
        }
        let rest = group.split_off(results.len());
        match self.connection.commit() {
            Ok(()) => {
                self.publish();
                for (batch, result) in group.drain(..).zip(results) {
                    match result {
                        Err(Error::TimedOut) if pace.is_inline => late.push(batch),
                        result => batch.answer(result),
                    }
                }
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
    fn run_batch(&mut self, batch: &Batch, alone: bool, time: Duration) -> Result<Vec<Outcome>, Error> {
        if !alone {
            self.connection.begin_part()?;
        }
        self.connection.limit_time(time);
        let result = run_steps(&mut self.connection, &batch.role, &batch.steps);
        self.connection.lift_time_limit();
        if !self.connection.in_transaction() {
            return result;
        }
        match (&result, alone) {
            (Ok(_), true) => {}
            (Ok(_), false) => self.connection.end_part()?,
            (Err(_), true) => self.roll_back(),
            (Err(_), false) => self.connection.undo_part()?,
        }
        result
    }

    /// Begins a transaction and serves it until it ends.
    pub fn serve_transaction(&mut self, role: &Arc<Role>, reply: oneshot::Sender<Result<Transaction, Error>>) {
        self.connection
            .wait_for_locks(Duration::from_millis(limits::BUSY_TIMEOUT_MS));
        if let Err(error) = self.connection.begin() {
            drop(reply.send(Err(error)));
            return;
        }
        let (sender, commands) = mpsc::channel();
        let lease_end = Instant::now() + self.settings.lease;
        if reply.send(Ok(Transaction::new(sender))).is_ok() {
            self.serve_commands(role, &commands, lease_end);
        }
        self.roll_back();
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
                    let result = self.connection.commit();
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
        self.connection.begin_part()?;
        let result = self.connection.run(role, &step.statement);
        self.connection.lift_time_limit();
        if self.connection.in_transaction() {
            match &result {
                Ok(_) => self.connection.end_part()?,
                Err(_) => self.connection.undo_part()?,
            }
        }
        result
    }

    /// Applies the migrations that were not applied yet.
    pub fn migrate(&mut self, role: &Arc<Role>, set: &str, migrations: Vec<Migration>) -> Migrated {
        let Self {
            connection,
            settings,
            stamps,
            ..
        } = self;
        connection.wait_for_locks(Duration::from_millis(limits::BUSY_TIMEOUT_MS));
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
        self.connection.publish_changes(&touched);
        self.log_begins = false;
        if self.connection.log_pages() < limits::CHECKPOINT_PAGES {
            self.checkpoint_at = limits::CHECKPOINT_PAGES;
        }
    }

    fn log_is_long(&self) -> bool {
        self.connection.log_pages() >= self.checkpoint_at
    }

    /// Copies a long log into the file, as far as no reader needs it as it is. It waits for the disk.
    pub fn checkpoint_if_long(&mut self) {
        if !self.log_is_long() {
            return;
        }
        if let Err(error) = self.connection.own("PRAGMA wal_checkpoint(PASSIVE)") {
            tracing::warn!(%error, "the write-ahead log could not be copied into the database");
        }
        // Where a reader kept it from being copied whole, it grows some more before the next attempt.
        self.checkpoint_at = self.connection.log_pages().saturating_add(limits::CHECKPOINT_PAGES);
        self.log_begins = true;
    }

    /// After a panic: nothing of what was under way stays.
    pub fn recover(&mut self) {
        self.connection.lift_time_limit();
        self.roll_back();
    }

    fn roll_back(&mut self) {
        if let Err(error) = self.connection.roll_back() {
            tracing::error!(%error, "a rollback failed");
        }
    }

    /// Empties the log.
    pub fn checkpoint_at_close(&mut self) {
        if let Err(error) = self.connection.own("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the write-ahead log could not be emptied; the next start reads it");
        }
    }
}

fn publish_schema(connection: &mut Connection, stamps: &Stamps) -> Result<(), Error> {
    let mut touched = connection.take_touched();
    touched.schema = true;
    let refreshed = connection.refresh();
    if refreshed.is_ok() {
        stamps.committed(&touched, Some(connection.catalog().plain_tables()));
    }
    connection.publish_changes(&touched);
    refreshed
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
