//! The log of one database: a window of the newest changes, numbered without a gap, and those who wait for more.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::watch;

use super::{
    super::{
        error::Error,
        limits::{
            CHANGES_KEPT, CHANGES_KEPT_BYTES, CHANGES_READ, CHANGES_READ_BYTES, CHANGES_TABLES, TABLE_NAME_BYTES,
        },
    },
    Change, ChangesError, Position,
    buffer::Buffer,
    shape::{NO_ROWS, explain},
};

/// The log.
pub struct Log {
    epoch: u64,
    state: Mutex<State>,
    /// How many tables are of interest, to be looked at without waiting.
    table_count: AtomicUsize,
    /// The number of the newest change: whoever waits is woken when it is set, from whatever thread.
    end: watch::Sender<u64>,
}

struct State {
    /// Numbers ascend; one is missing where a change could not be told.
    changes: VecDeque<Change>,
    bytes: usize,
    /// The number of the last change that is not kept any more.
    start: u64,
    /// The number of the newest change.
    end: u64,
    /// The tables that logs were opened for, in lower case, each with the position from which all of its changes were kept.
    tables: HashMap<String, u64>,
    /// What can be read like a table and has no rows of its own.
    without_rows: HashSet<String>,
    /// Why changes of a table cannot be told, of tables that have rows.
    problems: HashMap<String, String>,
    is_closed: bool,
}

/// What there was to read.
pub struct Found {
    pub changes: Vec<Change>,
    pub next: u64,
}

impl Log {
    /// An empty one, which is like no other.
    pub fn new() -> Result<Self, Error> {
        let mut epoch = [0; 8];
        getrandom::fill(&mut epoch).map_err(|_| Error::Other("the system gave no random number".into()))?;
        Ok(Self {
            epoch: u64::from_le_bytes(epoch),
            state: Mutex::new(State {
                changes: VecDeque::new(),
                bytes: 0,
                start: 0,
                end: 0,
                tables: HashMap::new(),
                without_rows: HashSet::new(),
                problems: HashMap::new(),
                is_closed: false,
            }),
            table_count: AtomicUsize::new(0),
            end: watch::Sender::new(0),
        })
    }

    /// Has the changes of a table captured from now on. The name is in lower case.
    pub fn add_table(&self, table: &str) -> Result<(), ChangesError> {
        let mut state = self.state();
        state.check(table)?;
        if state.tables.contains_key(table) {
            return Ok(());
        }
        if table.len() > TABLE_NAME_BYTES {
            return Err(ChangesError::TooMany(format!(
                "a table's name of more than {TABLE_NAME_BYTES} bytes"
            )));
        }
        if state.tables.len() >= CHANGES_TABLES {
            return Err(ChangesError::TooMany(format!(
                "logs of more than {CHANGES_TABLES} tables of one database"
            )));
        }
        let end = state.end;
        state.tables.insert(table.into(), end);
        self.table_count.store(state.tables.len(), Ordering::Release);
        Ok(())
    }

    /// How many tables there are logs of. It never falls.
    pub fn table_count(&self) -> usize {
        self.table_count.load(Ordering::Acquire)
    }

    /// The tables that there are logs of.
    pub fn tables(&self) -> HashSet<String> {
        self.state().tables.keys().cloned().collect()
    }

    /// Says what can be read like a table and has no rows of its own.
    pub fn set_without_rows(&self, names: HashSet<String>) {
        self.state().without_rows = names;
    }

    /// Says of which tables changes cannot be told, and why.
    pub fn set_problems(&self, problems: HashMap<String, String>) {
        let mut state = self.state();
        if state.problems == problems {
            return;
        }
        state.problems = problems;
        let end = state.end;
        drop(state);
        self.end.send_replace(end);
    }

    /// Adds what a transaction changed. `escaped` says of which tables it may have changed rows without being seen.
    pub fn publish(&self, transaction: Buffer, escaped: impl Fn(&str) -> bool) {
        let mut state = self.state();
        let escaped: Vec<String> = state.tables.keys().filter(|table| escaped(table)).cloned().collect();
        let before = state.end;
        state.end += transaction.count();
        // What was not seen takes a number, so that positions before it can be told from those after.
        if !escaped.is_empty() {
            state.end += 1;
        }
        let end = state.end;
        for table in escaped {
            state.tables.insert(table, end);
        }
        match transaction.into_changes() {
            None => state.empty(),
            Some(changes) => {
                for (number, captured) in (before + 1..).zip(changes) {
                    let Some(images) = captured.images else {
                        state.tables.insert(captured.table.key.clone(), number);
                        continue;
                    };
                    state.bytes += images.bytes();
                    state.changes.push_back(Change {
                        number,
                        transaction_end: end,
                        table: captured.table,
                        operation: captured.operation,
                        images: images.into(),
                    });
                }
                state.trim();
            }
        }
        drop(state);
        if end > before {
            self.end.send_replace(end);
        }
    }

    /// Ends all waiting.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.end.send_modify(|_| {});
    }

    /// Tells when there may be something new. What comes after this call is not missed.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.end.subscribe()
    }

    /// The position after the newest change.
    pub fn end(&self) -> Position {
        self.position(self.state().end)
    }

    /// The oldest position from which everything about these tables can be read.
    pub fn start(&self, tables: &HashSet<String>) -> Position {
        self.position(self.state().start(tables))
    }

    /// The changes of these tables after a position, up to a limit, where 0 is none of the caller's.
    pub fn read(&self, tables: &HashSet<String>, position: Position, limit: u32) -> Result<Found, ChangesError> {
        let state = self.state();
        if state.is_closed {
            return Err(ChangesError::Other("the database is closed".into()));
        }
        tables.iter().try_for_each(|table| state.check(table))?;
        let start = state.start(tables);
        if position.epoch != self.epoch || position.number < start || position.number > state.end {
            return Err(ChangesError::FellBehind(self.position(start)));
        }
        let first = state.changes.partition_point(|change| change.number <= position.number);
        let limit = match limit {
            0 => CHANGES_READ as usize,
            limit => limit.min(CHANGES_READ) as usize,
        };
        let (mut changes, mut bytes, mut next) = (Vec::<Change>::new(), 0, state.end);
        for change in state.changes.range(first..) {
            if !tables.contains(&change.table.key) {
                continue;
            }
            bytes += change.images.bytes();
            if changes.len() == limit || (!changes.is_empty() && bytes > CHANGES_READ_BYTES) {
                next = changes.last().map_or(next, |last| last.number);
                break;
            }
            changes.push(change.clone());
        }
        Ok(Found { changes, next })
    }

    fn position(&self, number: u64) -> Position {
        Position {
            epoch: self.epoch,
            number,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether changes of this table can be told.
    fn check(&self, table: &str) -> Result<(), ChangesError> {
        if self.without_rows.contains(table) {
            return Err(ChangesError::Other(explain(table, NO_ROWS)));
        }
        match self.problems.get(table) {
            Some(problem) => Err(ChangesError::Other(problem.clone())),
            None => Ok(()),
        }
    }

    fn start(&self, tables: &HashSet<String>) -> u64 {
        let since = tables.iter().filter_map(|table| self.tables.get(table));
        since.copied().fold(self.start, u64::max)
    }

    /// Forgets everything up to the newest change.
    fn empty(&mut self) {
        self.changes = VecDeque::new();
        self.bytes = 0;
        self.start = self.end;
    }

    /// Forgets the oldest changes until the rest is within the limits.
    fn trim(&mut self) {
        while self.changes.len() > CHANGES_KEPT || self.bytes > CHANGES_KEPT_BYTES {
            let Some(oldest) = self.changes.pop_front() else { return };
            self.bytes -= oldest.images.bytes();
            self.start = oldest.number;
        }
    }
}
