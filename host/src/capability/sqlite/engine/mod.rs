//! The SQLite engine of the host: databases by name, grants enforced while statements compile, one writer each.
//!
//! It knows neither WebAssembly nor WIT. Everything that touches a database goes through [`Database`].

mod authorizer;
mod catalog;
mod changes;
mod compile;
mod connection;
mod database;
mod deadline;
mod error;
mod execute;
mod ffi;
mod foreign_keys;
mod functions;
mod job;
pub mod limits;
mod migrate;
mod reader;
mod role;
mod settings;
mod setup;
mod stamp;
mod statements;
mod stream;
mod thread;
mod transaction;
mod turns;
mod value;
mod work;
mod writer;

#[cfg(test)]
mod tests;

pub use changes::{Batch, BatchChange, Changes, ChangesError, Operation, Position};
pub use database::{Database, Databases};
pub use error::{ConstraintKind, Error};
pub use migrate::{Migration, MigrationError};
pub use role::Role;
pub use settings::{Settings, Synchronous};
pub use stream::RowStream;
pub use transaction::Transaction;
pub use value::{ColumnDescription, Outcome, Statement, Step, Value};
