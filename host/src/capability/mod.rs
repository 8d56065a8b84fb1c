//! What the host gives to components, one module for each interface, each of the same shape: what a version was granted, what an
//! instance has, the interface's functions, and `add_to_linker`.

pub mod bindings;
pub mod changes;
pub mod http_client;
pub mod http_messages;
pub mod mail;
pub mod secrets;
pub mod services;
pub mod sqlite;
pub mod sse;

use crate::audit::Audit;
use crate::logs::Logs;
use std::sync::Arc;

/// What components are given parts of: of the data directory, and of what the operator said.
#[derive(Clone)]
pub struct Stores {
    pub databases: Arc<sqlite::Databases>,
    pub secrets: Arc<secrets::Secrets>,
    pub mail: Arc<mail::Mail>,
    pub sse: Arc<sse::Hub>,
    pub audit: Arc<Audit>,
    pub logs: Arc<Logs>,
    /// Where clients reach the server.
    pub public_origin: Option<Arc<str>>,
}
