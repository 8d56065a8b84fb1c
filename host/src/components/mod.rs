//! Components: what they ask for, the packages they come in, their versions on disk, and how one takes another's place.

pub mod deploy;
pub mod grants;
pub mod manifest;
pub mod origin;
pub mod package;
pub mod routes;
pub mod store;
pub mod version;

pub use deploy::{Builtin, Change, DeployError, Deployer, Refusal, Runtime};
pub use grants::{Grants, GrantsDiff};
pub use manifest::Manifest;
pub use package::Package;
pub use store::Store;
pub use version::{Actor, Digest, Origin, Version};
