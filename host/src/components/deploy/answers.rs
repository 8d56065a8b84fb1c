//! What deployments answer: the same values in the program, as JSON of the control API, and in the command line.

use serde::{Deserialize, Serialize};

use crate::components::clock::rfc3339;
use crate::components::commands::Command;
use crate::components::grants::Grants;
use crate::components::manifest::Manifest;
use crate::components::review::GrantsReview;
use crate::components::store::Running;
use crate::components::version::{Origin, Version};

/// A version now runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    pub name: String,
    pub version: u64,
    /// The version that ran until now.
    pub previous: Option<u64>,
    pub routes: Vec<String>,
    /// What that means for its grants.
    pub grants: GrantsReview,
}

/// A component no longer runs as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub name: String,
    pub version: u64,
    /// The version that runs from now on: the built-in that the removed one had replaced.
    pub now: Option<u64>,
    /// Versions are kept, so that a rollback brings the component back.
    pub can_return: bool,
}

/// One line of the list of components.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub name: String,
    pub description: Option<String>,
    pub version: u64,
    pub origin: Origin,
    /// Since when this version runs.
    pub deployed: String,
    pub routes: Vec<String>,
    pub commands: Vec<Command>,
}

/// One line of the list of commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    pub name: String,
    pub about: String,
    /// The component that brings it.
    pub component: String,
}

/// All about one component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    #[serde(flatten)]
    pub summary: Summary,
    pub digest: String,
    pub grants: Grants,
    pub manifest: Manifest,
}

/// One line of the list of versions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionLine {
    pub version: u64,
    pub digest: String,
    pub created: String,
    pub origin: Origin,
    /// This one runs.
    pub current: bool,
}

/// A component that is deployed but does not run.
#[derive(Debug, Clone)]
pub struct NotStarted {
    pub name: String,
    pub version: u64,
    pub why: String,
}

impl Summary {
    pub fn new(running: Running) -> Summary {
        let Version {
            name,
            number,
            manifest,
            origin,
            ..
        } = running.version;
        let deployed = rfc3339(running.deployed_ms);
        Summary {
            name,
            description: manifest.description,
            version: number,
            origin,
            deployed,
            routes: manifest.routes,
            commands: manifest.commands,
        }
    }
}

impl Details {
    pub fn new(running: Running) -> Details {
        let Version {
            digest,
            grants,
            manifest,
            ..
        } = running.version.clone();
        Details {
            summary: Summary::new(running),
            digest: digest.to_string(),
            grants,
            manifest,
        }
    }
}

impl VersionLine {
    pub fn new(version: &Version, current: Option<u64>) -> VersionLine {
        VersionLine {
            version: version.number,
            digest: version.digest.to_string(),
            created: rfc3339(version.created_ms),
            origin: version.origin,
            current: current == Some(version.number),
        }
    }
}
