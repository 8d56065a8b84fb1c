//! Components: what they ask for, the packages they come in, their versions on disk, and how one takes another's place.

pub mod clock;
pub mod commands;
pub mod deploy;
pub mod grants;
pub mod manifest;
pub mod origin;
pub mod package;
pub mod review;
pub mod routes;
pub mod services;
pub mod size;
pub mod store;
pub mod used;
pub mod version;
