//! The engine: one in the process, configured once, with a pool of instances and a clock that interrupts running code.

use super::state::State;
use super::{artifact, link};
use crate::limits;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// The runtime cannot be had: a broken installation or an operating system that refuses address space.
#[derive(Debug, thiserror::Error)]
#[error("the component runtime cannot start: {0}")]
pub struct RuntimeError(String);

/// What all components share.
pub struct Runtime {
    pub(super) engine: Engine,
    pub(super) linker: Linker<State>,
    pub(super) cache: PathBuf,
    pub(super) places: Arc<Semaphore>,
    /// As many permits as there may be processes that compile.
    pub(super) compilers: Semaphore,
}

impl Runtime {
    /// Starts the runtime; compiled code is kept in `cache`.
    pub fn new(cache: &Path) -> Result<Arc<Self>, RuntimeError> {
        artifact::sweep(cache);
        let engine = engine(Pool::Full)?;
        let mut linker = Linker::new(&engine);
        link::link(&mut linker).map_err(|error| RuntimeError(error.to_string()))?;
        interrupt(&engine);
        Ok(Arc::new(Self {
            engine,
            linker,
            cache: cache.into(),
            places: Arc::new(Semaphore::new(limits::INSTANCES_MAX as usize)),
            compilers: Semaphore::new(limits::COMPILATIONS_RUNNING_MAX),
        }))
    }
}

/// Whether the engine is to run components or only to compile them.
pub(super) enum Pool {
    /// Room for all instances.
    Full,
    /// Room for none: it only compiles, under a limit on address space.
    CompileOnly,
}

/// An engine. Code that a `CompileOnly` one compiled runs in a `Full` one: the settings that code depends on are the same.
pub(super) fn engine(pool: Pool) -> Result<Engine, RuntimeError> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .wasm_shared_everything_threads(false)
        .shared_memory(false)
        .epoch_interruption(true)
        .max_wasm_stack(limits::STACK_BYTES / 2)
        .async_stack_size(limits::STACK_BYTES);
    if let Pool::Full = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling()));
    }
    Engine::new(&config).map_err(|error| RuntimeError(error.to_string()))
}

fn pooling() -> PoolingAllocationConfig {
    let instances = limits::INSTANCES_MAX;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        // One that waits in a call of the host has another one beside that of its event loop.
        .total_stacks(instances * 4)
        // A component is made of a few core instances, of which one has the memory.
        .total_core_instances(instances * 8)
        .total_memories(instances * 2)
        .total_tables(instances * 4)
        .max_core_instances_per_component(limits::CORE_INSTANCES_MAX)
        .max_memories_per_component(limits::CORE_INSTANCES_MAX)
        .max_tables_per_component(limits::CORE_INSTANCES_MAX)
        .max_memory_size(limits::COMPONENT_MEMORY_MIB_MAX as usize * 1024 * 1024)
        .table_elements(limits::TABLE_ELEMENTS_MAX)
        .linear_memory_keep_resident(limits::MEMORY_KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 * 1024)
        .async_stack_keep_resident(64 * 1024)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Interrupts running code at a fixed beat, from a thread that no component can hold up.
fn interrupt(engine: &Engine) {
    let engine = engine.weak();
    let beat = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(limits::EPOCH);
        }
    };
    // Without the beat an endless loop would never end: better not to start.
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(beat)
        .expect("a thread can be started");
}
