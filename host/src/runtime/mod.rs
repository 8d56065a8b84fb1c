//! Running components: the engine, what every instance may call, and the instances that answer requests and calls.

mod admission;
mod artifact;
mod caller;
mod calls;
mod command;
mod end;
mod engine;
mod inspect;
mod instances;
mod link;
mod log;
mod memory;
mod outcome;
mod prepared;
mod probation;
mod running;
mod shared;
mod shift;
mod state;
mod tasks;
mod visit;
mod work;

pub use artifact::compile_file;
pub use caller::Caller;
pub use calls::Export;
pub use engine::Runtime;
pub use inspect::Refusal;
pub use outcome::Outcome;
pub use prepared::Prepared;
pub use running::{Answer, Failure, Question, Running, core_index, set_core};
pub use state::State;
pub use tasks::current;
pub use visit::Visit;
pub use work::{AtWork, Work};
