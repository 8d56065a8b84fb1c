//! Commands that components bring, and those of the built-ins.

mod api;
mod auth;
mod bounds;
mod logs;
mod names;
mod run;
mod user;
