//! What the host gives to components, one module for each interface, each of the same shape: what a version was granted, what an
//! instance has, the interface's functions, and `add_to_linker`.

pub mod bindings;
pub mod http_client;
pub mod http_messages;
pub mod sqlite;
