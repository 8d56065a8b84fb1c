//! Compiled patterns, kept while they are used.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Result;

use super::super::limits;

/// Compiled things by their source text. Full, it starts anew: patterns come from schemas and rules, which are few.
pub struct Cache<T> {
    compiled: Mutex<HashMap<String, Arc<T>>>,
}

impl<T> Cache<T> {
    pub fn new() -> Self {
        Self {
            compiled: Mutex::new(HashMap::new()),
        }
    }

    pub fn get(&self, source: &str, compile: impl FnOnce(&str) -> Result<T>) -> Result<Arc<T>> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = compiled.get(source) {
            return Ok(found.clone());
        }
        let new = Arc::new(compile(source)?);
        if compiled.len() >= limits::COMPILED_PATTERNS {
            compiled.clear();
        }
        compiled.insert(source.into(), new.clone());
        Ok(new)
    }
}
