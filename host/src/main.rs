//! `guesthouse`: a minimal host. Every feature is a component that it runs.

mod audit;
mod builtins;
mod capability;
mod cli;
mod components;
mod control;
mod data_directory;
mod deployments;
mod faults;
mod limits;
mod logs;
mod metrics;
mod migrations;
mod router;
mod runtime;
mod server;

/// A request makes some hundred small allocations, most of them freed on the thread that made them. Without huge pages (`no_thp`), for
/// buffers of connections are large, many, and hardly used: with them each would cost what it reserves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
