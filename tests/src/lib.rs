//! The harness of the black-box tests: starts the real executable, speaks HTTP to it, and uses its command line.
//!
//! Nothing here knows how the server works inside. A failed expectation panics, for that is what fails a test; the
//! server's output is then printed with it.

pub mod binary;
pub mod browser;
pub mod callers;
pub mod cli;
pub mod cookie_jar;
pub mod crates_io;
pub mod database;
pub mod events;
pub mod faults;
pub mod guests;
pub mod http;
pub mod http2;
pub mod identity_provider;
pub mod npm;
pub mod oidc;
pub mod package;
pub mod pypi;
pub mod random;
pub mod raw;
pub mod relay;
pub mod server;
pub mod tls;
pub mod under_load;
pub mod upstream;
pub mod wait;

pub use http::Answer;
pub use server::Server;
