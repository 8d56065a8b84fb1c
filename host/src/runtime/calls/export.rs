//! A function that a component exports, found by its name once.

use crate::components::services::unversioned;
use std::sync::Arc;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex};

/// A function of an interface that a version exports. Cheap to clone; of use for that version alone.
#[derive(Clone)]
pub struct Export(Arc<Found>);

struct Found {
    name: String,
    /// The line of the grant to provide it.
    line: String,
    index: ComponentExportIndex,
    kind: ComponentFunc,
}

impl Export {
    /// The function of this name in this interface.
    pub(in crate::runtime) fn find(component: &Component, interface: &str, function: &str) -> Option<Self> {
        let (_, instance) = component.get_export(None, interface)?;
        let (item, index) = component.get_export(Some(&instance), function)?;
        let ComponentItem::ComponentFunc(kind) = item else {
            return None;
        };
        let name = format!("{interface}#{function}");
        let line = format!("services: provide {}", unversioned(interface));
        Some(Self(Arc::new(Found {
            name,
            line,
            index,
            kind,
        })))
    }

    /// The interface and the function.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The line of the grant to provide it.
    pub fn line(&self) -> &str {
        &self.0.line
    }

    /// Its type.
    pub fn kind(&self) -> &ComponentFunc {
        &self.0.kind
    }

    pub(super) fn index(&self) -> &ComponentExportIndex {
        &self.0.index
    }
}
