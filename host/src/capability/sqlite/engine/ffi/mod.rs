//! The only `unsafe` code of the engine: opening a connection through libSQL, and prepared statements.

mod description;
mod handle;
mod log;
mod statement;

pub use handle::{Handle, OpenMode};
pub use log::LogSize;
pub use statement::{Prepared, StepResult};
