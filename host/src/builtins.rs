//! The built-in components, as bytes. They are deployed by the loader that loads everybody's.

use crate::components::deploy::Builtin;

/// All of them, in the order in which they are deployed.
pub const BUILTINS: &[Builtin] = &include!(concat!(env!("OUT_DIR"), "/builtins.rs"));
