//! The prepared statements of one connection, by role and SQL text, the least recently used ones dropped.

use std::{collections::HashMap, sync::Arc};

use super::ffi::Prepared;
use crate::audit::Footprint;

/// A statement and what was learnt while it compiled.
pub struct Entry {
    pub prepared: Prepared,
    pub columns: Arc<[String]>,
    pub parameters: usize,
    pub read_only: bool,
    /// The tables that it writes, through triggers and foreign keys too.
    pub writes: Vec<String>,
    pub changes_schema: bool,
    /// What it touches by the grants of its role.
    pub touches: Footprint,
}

struct Slot {
    role: u64,
    sql: Arc<str>,
    used: u64,
    entry: Entry,
}

/// The cache.
pub struct Statements {
    by_role: HashMap<u64, HashMap<Arc<str>, usize>>,
    slots: Vec<Slot>,
    capacity: usize,
    clock: u64,
}

impl Statements {
    pub fn new(capacity: usize) -> Self {
        Self {
            by_role: HashMap::new(),
            slots: Vec::new(),
            capacity: capacity.max(1),
            clock: 0,
        }
    }

    /// Where the statement is, if it is kept.
    pub fn find(&mut self, role: u64, sql: &str) -> Option<usize> {
        let position = *self.by_role.get(&role)?.get(sql)?;
        self.clock += 1;
        self.slots[position].used = self.clock;
        Some(position)
    }

    pub fn get(&mut self, position: usize) -> &mut Entry {
        &mut self.slots[position].entry
    }

    /// Keeps a statement that `find` did not find; says where it is until the next `insert` or `remove`.
    pub fn insert(&mut self, role: u64, sql: &Arc<str>, entry: Entry) -> usize {
        if self.slots.len() >= self.capacity {
            self.remove_least_recently_used();
        }
        self.clock += 1;
        let position = self.slots.len();
        self.slots.push(Slot {
            role,
            sql: sql.clone(),
            used: self.clock,
            entry,
        });
        self.by_role.entry(role).or_default().insert(sql.clone(), position);
        position
    }

    pub fn remove(&mut self, position: usize) {
        let slot = self.slots.swap_remove(position);
        self.forget(&slot);
        if let Some(moved) = self.slots.get(position)
            && let Some(index) = self
                .by_role
                .get_mut(&moved.role)
                .and_then(|by_sql| by_sql.get_mut(&moved.sql))
        {
            *index = position;
        }
    }

    pub fn clear(&mut self) {
        self.by_role.clear();
        self.slots.clear();
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    fn remove_least_recently_used(&mut self) {
        if let Some((position, _)) = self.slots.iter().enumerate().min_by_key(|(_, slot)| slot.used) {
            self.remove(position);
        }
    }

    fn forget(&mut self, slot: &Slot) {
        if let Some(by_sql) = self.by_role.get_mut(&slot.role) {
            by_sql.remove(&slot.sql);
            if by_sql.is_empty() {
                self.by_role.remove(&slot.role);
            }
        }
    }
}
