//! For authors of Guesthouse components in Rust.
//!
//! A component is a library of crate type `cdylib`, built for `wasm32-wasip2`, that serves HTTP:
//!
//! ```no_run
//! use guesthouse::http::{Request, Response};
//! use guesthouse::sqlite::{Database, params};
//!
//! async fn handle(_request: Request) -> Response {
//!     let Ok(main) = Database::open("main") else {
//!         return Response::text(500, "the grants do not name the database main");
//!     };
//!     match main.query("SELECT count(*) FROM entry WHERE stars > ?1", params![3]).await {
//!         Ok(rows) => Response::json(200, &rows.first().and_then(|row| row.get::<i64>(0).ok())),
//!         Err(error) => Response::text(500, &error.to_string()),
//!     }
//! }
//!
//! guesthouse::serve!(handle);
//! # fn main() {}
//! ```
//!
//! What the host gives, which error means what and which limits hold is documented in the contract, `wit/`.

pub mod bindings;
pub mod changes;
pub mod command;
pub mod html;
pub mod http;
pub mod identity;
pub mod mail;
#[doc(hidden)]
pub mod provider_bindings;
#[doc(hidden)]
pub mod revocation_bindings;
pub mod secrets;
mod serve;
pub mod sqlite;
pub mod sse;
mod time;
pub mod worker;

pub use time::within;
pub use wit_bindgen::spawn_local as spawn;
