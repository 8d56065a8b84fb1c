//! `guesthouse:host/services`, and the services themselves: interfaces that one component exports and others import.
//!
//! The host knows none of them by name. A consumer's import is linked to a function that looks up, at each call, who provides the
//! service then (`table`), sees once for each provider that it fits (`interface`), and calls it in a store of its own (`link`).

mod interface;
mod link;
mod message;
mod table;

use super::bindings::services;
use crate::runtime::State;
use std::sync::Arc;
use wasmtime::component::{HasData, Linker};

pub use interface::{Interface, misfit};
pub use link::link;
pub use table::{Provider, Services};

/// What a version was granted: the services that it may use.
pub struct Granted {
    services: Arc<Services>,
    /// Sorted.
    uses: Vec<String>,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(services: Arc<Services>, uses: &[String]) -> Self {
        Self {
            services,
            uses: uses.to_vec(),
        }
    }
}

/// What an instance has.
pub struct Context {
    granted: Arc<Granted>,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted }
    }
}

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    services::add_to_linker::<State, HasServices>(linker, |state| &mut state.services)
}

struct HasServices;

impl HasData for HasServices {
    type Data<'a> = &'a mut Context;
}

impl services::Host for Context {
    fn provider(&mut self, service: String) -> wasmtime::Result<Option<u64>> {
        let Granted { services, uses } = &*self.granted;
        if uses.binary_search(&service).is_err() {
            return Ok(None);
        }
        Ok(services.number(&service))
    }
}
