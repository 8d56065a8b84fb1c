//! What a component may import: every capability of the host, in order.

use super::state::State;
use crate::capability::{changes, http_client, http_messages, mail, secrets, services, sqlite, sse};
use wasmtime::component::Linker;

/// Adds everything that the host provides. Whether a call then does anything is up to the grants. What other components provide is
/// added for each that uses it.
pub fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    // WASI 0.2 and 0.3 side by side. The file system has no folders in it, and sockets are refused.
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    http_client::add_to_linker(linker)?;
    changes::add_to_linker(linker)?;
    http_messages::add_to_linker(linker)?;
    mail::add_to_linker(linker)?;
    secrets::add_to_linker(linker)?;
    services::add_to_linker(linker)?;
    sqlite::add_to_linker(linker)?;
    sse::add_to_linker(linker)?;
    Ok(())
}
