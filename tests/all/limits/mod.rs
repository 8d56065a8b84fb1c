//! What guests and clients do that they should not: it costs only themselves.

mod clients;
mod database;
mod headers;
mod load;
mod loops;
mod memory;
mod outbound;
mod tables;
pub mod transactions;
mod traps;
