//! Which request is behind what an instance does at a moment.
//!
//! An instance may have many requests in it at once. The engine knows which of the tasks inside began as which call of the host's
//! (`async_call_stack`); here stands which request that call was for.

use super::state::State;
use crate::audit::Trace;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::GuestTaskId;

/// The requests of one instance by the tasks that they began as. A task's number may be used again, for another request, when it is
/// over: so an entry that nobody took out is replaced, and there are no more than there ever were requests at once.
#[derive(Debug, Default)]
pub struct Tasks(Vec<(GuestTaskId, Arc<Trace>)>);

impl Tasks {
    /// A request begins as this task.
    pub fn begin(&mut self, task: GuestTaskId, trace: Arc<Trace>) {
        match self.0.iter_mut().find(|(other, _)| *other == task) {
            Some((_, ended)) => *ended = trace,
            None => {
                self.0.retain(|(_, trace)| !trace.is_over());
                self.0.push((task, trace));
            }
        }
    }

    fn find(&self, task: GuestTaskId) -> Option<&Arc<Trace>> {
        self.0.iter().find(|(other, _)| *other == task).map(|(_, trace)| trace)
    }
}

/// The request on whose behalf the host is called right now. None for what was begun by no request.
pub fn current(mut store: StoreContextMut<'_, State>) -> Option<Arc<Trace>> {
    if store.data().tasks.0.is_empty() {
        return None;
    }
    let task = store.async_call_stack().ok()?.last()?;
    store.data().tasks.find(task).cloned()
}
