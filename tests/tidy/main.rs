//! The house rules as tests: what the README promises of the source itself.

mod commits;
mod contract;
mod dependencies;
mod folders;
mod guests;
mod readme;
mod source;
mod words;
