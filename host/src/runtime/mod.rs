//! Running components: the engine, what every instance may call, and the instances that answer requests and calls.

mod admission;
mod artifact;
mod calls;
mod command;
mod engine;
mod inspect;
mod instances;
mod link;
mod log;
mod memory;
mod prepared;
mod running;
mod shared;
mod shift;
mod state;
mod work;

pub use artifact::compile_file;
pub use calls::Export;
pub use engine::Runtime;
pub use inspect::Refusal;
pub use instances::Instance;
pub use prepared::Prepared;
pub use running::{Answer, Failure, Question, Running, set_core};
pub use state::State;
pub use work::{AtWork, Work};
