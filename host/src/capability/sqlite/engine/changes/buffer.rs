//! What one transaction changed so far. Nothing of it is seen before it is committed.

use std::sync::Arc;

use super::{
    super::limits::{CHANGES_KEPT, CHANGES_KEPT_BYTES},
    Images, Operation, Shape,
};

/// The changes of a transaction, in order.
#[derive(Debug, Default)]
pub struct Buffer {
    changes: Vec<Captured>,
    count: u64,
    bytes: usize,
    /// There were more than the window holds: they are counted only.
    is_overflowing: bool,
}

/// A change without a number.
#[derive(Debug)]
pub struct Captured {
    pub table: Arc<Shape>,
    pub operation: Operation,
    /// `None` where a value cannot be read.
    pub images: Option<Images>,
}

/// A place to cut back to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    count: u64,
    bytes: usize,
}

impl Buffer {
    /// How many changes there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The changes; none if there are more than the window holds.
    pub fn into_changes(self) -> Option<Vec<Captured>> {
        (!self.is_overflowing).then_some(self.changes)
    }

    /// Whether changes are counted only.
    pub fn is_overflowing(&self) -> bool {
        self.is_overflowing
    }

    /// Adds a change.
    pub fn push(&mut self, change: Captured) {
        self.count += 1;
        self.bytes += change.images.as_ref().map_or(0, Images::bytes);
        self.changes.push(change);
        if self.changes.len() > CHANGES_KEPT || self.bytes > CHANGES_KEPT_BYTES {
            self.is_overflowing = true;
            self.changes = Vec::new();
        }
    }

    /// Adds a change of which nothing is kept.
    pub fn count_one(&mut self) {
        self.count += 1;
    }

    pub fn mark(&self) -> Mark {
        Mark {
            count: self.count,
            bytes: self.bytes,
        }
    }

    /// Forgets what came after the mark. What an overflow dropped is gone, also from before the mark.
    pub fn cut(&mut self, mark: Mark) {
        if mark.count == 0 {
            *self = Self::default();
            return;
        }
        self.count = mark.count;
        self.bytes = mark.bytes;
        self.changes.truncate(usize::try_from(mark.count).unwrap_or(usize::MAX));
    }
}
