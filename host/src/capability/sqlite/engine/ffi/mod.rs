//! The only `unsafe` code of the engine: opening a connection through libSQL, and prepared statements.

mod check;
mod description;
mod handle;
mod log;
mod statement;

pub use check::{Mistake, OwnConnection};
pub use handle::{Handle, OpenMode};
pub use log::LogSize;
pub use statement::{Prepared, StepResult};
