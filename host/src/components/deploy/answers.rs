//! What deployments answer: the same values in the program, as JSON of the control API, and in the command line.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::components::clock::{now_ms, rfc3339};
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
    /// Where failures bring the version before back by themselves.
    #[serde(default)]
    pub probation: Option<Probation>,
}

/// A version is on probation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probation {
    pub until: String,
    /// The version that comes back where this one fails.
    pub fallback: u64,
}

/// How a component is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    #[default]
    Running,
    OnProbation(Probation),
    /// It runs a version that was brought back because the one after it failed.
    RolledBack(Withdrawn),
}

/// A version failed on probation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    pub version: u64,
    pub at: String,
    pub why: String,
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
    #[serde(default)]
    pub state: State,
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

impl Probation {
    pub fn new(until_ms: i64, fallback: u64) -> Probation {
        let until = rfc3339(until_ms);
        Probation { until, fallback }
    }
}

impl State {
    fn of(running: &Running, now_ms: i64) -> State {
        let until = running.probation_until_ms.filter(|until_ms| *until_ms > now_ms);
        if let Some((until_ms, fallback)) = until.zip(running.version.replaced) {
            return State::OnProbation(Probation::new(until_ms, fallback));
        }
        match &running.withdrawal {
            Some(withdrawal) => State::RolledBack(Withdrawn {
                version: withdrawal.version,
                at: rfc3339(withdrawal.time_ms),
                why: withdrawal.why.clone(),
            }),
            None => State::Running,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Running => formatter.write_str("running"),
            State::OnProbation(Probation { until, fallback }) => {
                write!(
                    formatter,
                    "on probation until {until}; version {fallback} comes back if it fails"
                )
            }
            State::RolledBack(Withdrawn { version, at, why }) => {
                write!(formatter, "version {version} was withdrawn at {at}: {why}")
            }
        }
    }
}

impl Summary {
    pub fn new(running: Running) -> Summary {
        let state = State::of(&running, now_ms());
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
            state,
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
