//! A call of the interface while it is under way, so that what it touched can be noted when it is done.

use super::super::bindings::sqlite::Error;
use super::engine;
use crate::audit::Footprint;
use crate::runtime::Caller;
use std::sync::Arc;

pub struct Asked {
    pub caller: Caller,
    pub database: Arc<str>,
    pub function: &'static str,
}

impl Asked {
    /// Notes what one statement gave.
    pub fn note_one(&self, result: Result<engine::Outcome, engine::Error>) -> Result<engine::Outcome, Error> {
        match result {
            Ok(outcome) => {
                self.touched(&outcome.touched);
                Ok(outcome)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Notes what several statements gave, as one call.
    pub fn note(&self, result: Result<Vec<engine::Outcome>, engine::Error>) -> Result<Vec<engine::Outcome>, Error> {
        let outcomes = result.map_err(|error| self.failed(error))?;
        match &outcomes[..] {
            [outcome] => self.touched(&outcome.touched),
            outcomes => self.touched(&together(outcomes)),
        }
        Ok(outcomes)
    }

    /// Notes what a statement touches.
    pub fn touched(&self, footprint: &Footprint) {
        self.caller.touched(self.function, footprint.clone());
    }

    /// Notes that it failed. What was allowed and failed all the same was about the database; which tables is not known any more.
    pub fn failed(&self, error: engine::Error) -> Error {
        let database = &self.database;
        match &error {
            engine::Error::Denied(what) => self.caller.denied(self.function, &format!("sqlite {database}: {what}")),
            _ => self
                .caller
                .allowed(self.function, [format!("sqlite {database}: statements that failed")]),
        }
        error.into()
    }
}

/// Each table once, however many statements touch it.
fn together(outcomes: &[engine::Outcome]) -> Footprint {
    let mut counters: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| outcome.touched.iter().cloned())
        .collect();
    counters.sort_unstable_by_key(Arc::as_ptr);
    counters.dedup_by(|one, other| Arc::ptr_eq(one, other));
    counters.into()
}
