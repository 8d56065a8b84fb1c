//! The memory of one instance: the sum over all that its component is made of.

use crate::limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::ResourceLimiter;

/// Counts the linear memories of an instance together, which the engine would limit one by one.
pub struct MemoryLimit {
    bytes: usize,
    bytes_max: usize,
    exceeded: Arc<AtomicBool>,
}

impl MemoryLimit {
    pub fn new(bytes_max: usize) -> Self {
        Self {
            bytes: 0,
            bytes_max,
            exceeded: Arc::default(),
        }
    }

    /// Whether the instance ever asked for more than it may have: then a trap that followed was for want of memory.
    pub fn exceeded(&self) -> &Arc<AtomicBool> {
        &self.exceeded
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = self.bytes.saturating_add(desired.saturating_sub(current));
        if bytes > self.bytes_max {
            self.exceeded.store(true, Ordering::Relaxed);
            return Ok(false);
        }
        self.bytes = bytes;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= limits::TABLE_ELEMENTS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_of_one_instance_are_summed() {
        let mut limit = MemoryLimit::new(100);
        assert!(limit.memory_growing(0, 60, None).unwrap());
        assert!(
            !limit.memory_growing(0, 60, None).unwrap(),
            "a second memory shares the limit of the first"
        );
        assert!(limit.exceeded().load(Ordering::Relaxed));
        assert!(
            limit.memory_growing(60, 100, None).unwrap(),
            "what was refused is not counted"
        );
    }
}
