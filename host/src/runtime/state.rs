//! What an instance has of the host: one field for each capability.

use super::log::Output;
use super::memory::MemoryLimit;
use super::tasks::Tasks;
use crate::audit::Ledger;
use crate::capability::{changes, http_client, mail, secrets, services, sqlite, sse};
use crate::limits;
use crate::logs::{Logs, Stream};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// What a version was granted, made once for all of its instances.
pub struct Granted {
    /// What it does, counted. It also says which component and version this is.
    pub ledger: Arc<Ledger>,
    /// Where its lines go, and what the host has to say about it.
    pub logs: Arc<Logs>,
    /// The databases, each with what may be done in it.
    pub sqlite: Arc<sqlite::Granted>,
    /// The servers that it may send requests to.
    pub http_client: Arc<http_client::Granted>,
    /// The outbox, with who it may send as.
    pub mail: Arc<mail::Granted>,
    /// The secrets, each with what may be done with it.
    pub secrets: Arc<secrets::Granted>,
    /// The topics that it may listen and publish to.
    pub sse: Arc<sse::Granted>,
    /// The services of others that it may use.
    pub services: Arc<services::Granted>,
    /// Where clients reach the server, if the operator said so: all may know.
    pub public_origin: Option<Arc<str>>,
    /// The most memory that one instance may have.
    pub memory_bytes_max: usize,
}

impl Granted {
    /// Adds a line of the host's to the component's log.
    pub fn note(&self, text: &str) {
        self.logs.host(&self.ledger.component, self.ledger.version, text);
    }
}

/// The data of a store.
pub struct State {
    pub(super) memory: MemoryLimit,
    /// Beats of the epoch that found the instance running.
    pub(super) beats: Arc<AtomicU64>,
    pub(crate) table: ResourceTable,
    pub(super) ledger: Arc<Ledger>,
    pub(crate) tasks: Tasks,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    pub(crate) http_client: http_client::Hooks,
    pub(crate) changes: changes::Context,
    pub(crate) services: services::Context,
    pub(crate) sqlite: sqlite::Context,
    pub(crate) mail: mail::Context,
    pub(crate) secrets: secrets::Context,
    pub(crate) sse: sse::Context,
    pub(crate) public_origin: Option<Arc<str>>,
    /// The instance's place in the pool, given back when the store is dropped.
    _place: OwnedSemaphorePermit,
}

impl State {
    pub(super) fn new(granted: &Granted, place: OwnedSemaphorePermit) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES_MAX);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits::COMPONENT_FIELD_BYTES_MAX);
        let wasi = WasiCtx::builder()
            .stdout(Output::new(granted, Stream::Stdout))
            .stderr(Output::new(granted, Stream::Stderr))
            .allow_tcp(false)
            .allow_udp(false)
            .max_random_size(limits::RANDOM_BYTES_MAX)
            .build();
        Self {
            memory: MemoryLimit::new(granted.memory_bytes_max),
            beats: Arc::default(),
            table,
            ledger: granted.ledger.clone(),
            tasks: Tasks::default(),
            wasi,
            http,
            http_client: http_client::Hooks::new(granted.http_client.clone(), granted.ledger.clone()),
            changes: changes::Context::new(granted.sqlite.clone()),
            services: services::Context::new(granted.services.clone()),
            sqlite: sqlite::Context::new(granted.sqlite.clone()),
            mail: mail::Context::new(granted.mail.clone()),
            secrets: secrets::Context::new(granted.secrets.clone()),
            sse: sse::Context::new(granted.sse.clone()),
            public_origin: granted.public_origin.clone(),
            _place: place,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.http_client,
        }
    }
}
