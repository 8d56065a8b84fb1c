//! What a record API is: which rows of a table who may see, in which form. What the built-ins have in common that serve one:
//! each has its own operations on top of it.
//!
//! An [`api::Api`] is made once from its row in `_record_api` and from the schema, and kept by the [`catalog`]. It says who
//! may do what ([`access`], [`rule`]), and how rows are written ([`encode`]). All SQL is made by [`sql`], which lets
//! nothing of a request become text.

pub mod access;
pub mod api;
pub mod blob;
pub mod caller;
pub mod catalog;
pub mod checks;
pub mod cursor;
pub mod encode;
pub mod error;
#[cfg(any(test, feature = "examples"))]
pub mod examples;
pub mod expand;
pub mod expansion;
pub mod id;
pub mod limits;
pub mod query;
pub mod read;
pub mod rule;
pub mod schema;
pub mod sql;
pub mod tokens;
