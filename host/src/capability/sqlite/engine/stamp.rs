//! Which tables changed when: what `stamp` answers from memory.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use super::{connection::Touched, role::lowercase};

/// The numbers of the commits that changed each table last. Commits are counted up from the time of opening, so that
/// numbers from before a restart do not come again.
pub struct Stamps {
    schema: AtomicU64,
    state: RwLock<State>,
}

struct State {
    last: u64,
    tables: HashMap<String, u64>,
    plain_tables: HashSet<String>,
}

impl Stamps {
    pub fn new(plain_tables: HashSet<String>) -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let first = u64::try_from(since_epoch.as_micros()).unwrap_or(0);
        let state = State {
            last: first,
            tables: HashMap::new(),
            plain_tables,
        };
        Self {
            schema: AtomicU64::new(first),
            state: RwLock::new(state),
        }
    }

    /// Notes a commit. Called after COMMIT and before anybody is told of it.
    pub fn committed(&self, touched: &Touched, new_schema: Option<HashSet<String>>) {
        if touched.tables.is_empty() && !touched.schema {
            return;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.last += 1;
        let last = state.last;
        for table in &touched.tables {
            match state.tables.get_mut(table) {
                Some(stamp) => *stamp = last,
                None => drop(state.tables.insert(table.clone(), last)),
            }
        }
        if touched.schema {
            self.schema.store(last, Ordering::Release);
            state.tables.clear();
        }
        if let Some(plain_tables) = new_schema {
            state.plain_tables = plain_tables;
        }
    }

    /// The number of the commit that changed the schema last.
    pub fn schema(&self) -> u64 {
        self.schema.load(Ordering::Acquire)
    }

    /// The number of the last commit that changed the schema or one of `tables`. A view, or a virtual table, may show
    /// any other: for those every commit counts.
    pub fn stamp(&self, tables: &[String]) -> u64 {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut stamp = self.schema();
        for table in tables {
            let table = lowercase(table);
            let last = if state.plain_tables.contains(&*table) {
                state.tables.get(&*table)
            } else {
                Some(&state.last)
            };
            stamp = stamp.max(last.copied().unwrap_or(0));
        }
        stamp
    }
}
