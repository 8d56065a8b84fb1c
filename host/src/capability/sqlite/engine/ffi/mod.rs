//! The only `unsafe` code of the engine: opening a connection through libSQL, prepared statements, and hooks.

mod check;
mod description;
mod handle;
mod log;
mod row_hook;
mod statement;

pub use check::{Mistake, OwnConnection};
pub use handle::{Handle, OpenMode};
pub use log::LogSize;
pub use row_hook::{Field, Operation, Row, RowHook};
pub use statement::{Prepared, StepResult};
