//! The manifest of a component (`component.toml`): its name, routes, reuse policy, requested grants and limits.

mod fields;
mod grants;
mod names;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use fields::Mistake;
use fields::{Fields, Mistakes};
pub use names::{command_name_mistake, component_name_mistake, database_name_mistake, secret_name_mistake};

use super::commands::{self, Command};
use super::grants::Grants;
use super::routes;
use crate::limits;

/// What a component asks for. Reading one checks everything that can be checked without the component itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    /// Patterns of paths, as matchit writes them.
    #[serde(default)]
    pub routes: Vec<String>,
    /// What it brings to the command line.
    #[serde(default, rename = "command")]
    pub commands: Vec<Command>,
    /// Absent: a fresh instance for every request.
    #[serde(default)]
    pub reuse: Option<Reuse>,
    #[serde(default)]
    pub grants: Grants,
    #[serde(default)]
    pub limits: Limits,
}

/// How long one instance lives and how much it does at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reuse {
    /// An instance is dropped after so many requests; 0 means never.
    pub max_requests: u64,
    /// Requests that one instance answers at the same time.
    pub max_concurrent: u32,
}

impl Default for Reuse {
    fn default() -> Reuse {
        Reuse {
            max_requests: limits::INSTANCE_REQUESTS_DEFAULT,
            max_concurrent: limits::INSTANCE_CONCURRENT_DEFAULT,
        }
    }
}

/// What one instance may use up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Memory of an instance, all its linear memories together.
    pub memory_mib: u32,
    /// Time until the answer to a request has begun.
    pub timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_mib: limits::COMPONENT_MEMORY_MIB_DEFAULT,
            timeout_ms: limits::REQUEST_TIMEOUT_MS_DEFAULT,
        }
    }
}

/// Everything that is wrong with a manifest, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("the manifest has {}: {}", count(.mistakes), sentence(.mistakes))]
pub struct ManifestError {
    pub mistakes: Vec<Mistake>,
}

fn count(mistakes: &[Mistake]) -> String {
    if mistakes.len() == 1 {
        "a mistake".to_owned()
    } else {
        format!("{} mistakes", mistakes.len())
    }
}

fn sentence(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("`{}` {}", mistake.path, mistake.message))
        .collect::<Vec<_>>()
        .join("; ")
}

impl Manifest {
    /// Reads the text of a `component.toml`.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let mut mistakes = Mistakes::default();
        let manifest = match text.parse::<toml::Table>() {
            Ok(table) => read(Fields::new("", table), &mut mistakes),
            Err(error) => {
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                mistakes.add(format!("line {line}"), format!("is not TOML: {}", error.message()));
                None
            }
        };
        match manifest {
            Some(manifest) if mistakes.0.is_empty() => Ok(manifest),
            _ => Err(ManifestError { mistakes: mistakes.0 }),
        }
    }
}

fn read(mut fields: Fields, mistakes: &mut Mistakes) -> Option<Manifest> {
    let name: Option<String> = fields.required("name", mistakes);
    if let Some(mistake) = name.as_deref().and_then(component_name_mistake) {
        mistakes.add("name", mistake);
    }
    let description = fields.optional("description", mistakes);
    let routes = read_routes(&mut fields, mistakes);
    let commands = read_commands(&mut fields, mistakes);
    let reuse = fields
        .section("reuse", mistakes)
        .map(|section| read_reuse(section, mistakes));
    let grants = fields
        .section("grants", mistakes)
        .map(|section| grants::read(section, mistakes))
        .unwrap_or_default();
    let limits = fields
        .section("limits", mistakes)
        .map(|section| read_limits(section, mistakes))
        .unwrap_or_default();
    fields.finish(mistakes);
    Some(Manifest {
        name: name?,
        description,
        routes,
        commands,
        reuse,
        grants,
        limits,
    })
}

fn read_routes(fields: &mut Fields, mistakes: &mut Mistakes) -> Vec<String> {
    let routes = fields.texts("routes", mistakes);
    if routes.len() > limits::ROUTES_MAX {
        mistakes.add("routes", format!("has more than {} routes", limits::ROUTES_MAX));
    }
    routes::check(&routes, |path, message| mistakes.add(path, message));
    routes.into_iter().map(|(_, route)| route).collect()
}

fn read_commands(fields: &mut Fields, mistakes: &mut Mistakes) -> Vec<Command> {
    let sections = fields.list("command", mistakes);
    if sections.len() > limits::COMMANDS_MAX {
        mistakes.add("command", format!("has more than {} commands", limits::COMMANDS_MAX));
    }
    let mut commands = Vec::with_capacity(sections.len());
    for (index, mut section) in sections.into_iter().enumerate() {
        let name = section.required("name", mistakes);
        let about = section.required("about", mistakes);
        let timeout_ms = section.optional("timeout_ms", mistakes);
        let on_start = section.optional("on_start", mistakes);
        section.finish(mistakes);
        // An entry without these is a mistake already, and what it lacks is not to be checked.
        if let (Some(name), Some(about)) = (name, about) {
            let timeout_ms = timeout_ms.unwrap_or_else(commands::default_timeout_ms);
            commands.push((
                format!("command[{index}]"),
                Command {
                    name,
                    about,
                    timeout_ms,
                    on_start,
                },
            ));
        }
    }
    commands::check(&commands, |path, message| mistakes.add(path, message));
    commands.into_iter().map(|(_, command)| command).collect()
}

fn read_reuse(mut fields: Fields, mistakes: &mut Mistakes) -> Reuse {
    let default = Reuse::default();
    let max_requests = fields
        .optional("max_requests", mistakes)
        .unwrap_or(default.max_requests);
    let max_concurrent = fields
        .optional("max_concurrent", mistakes)
        .unwrap_or(default.max_concurrent);
    if !(1..=limits::INSTANCE_CONCURRENT_MAX).contains(&max_concurrent) {
        mistakes.add(
            fields.path("max_concurrent"),
            format!("must be from 1 to {}", limits::INSTANCE_CONCURRENT_MAX),
        );
    }
    fields.finish(mistakes);
    Reuse {
        max_requests,
        max_concurrent,
    }
}

fn read_limits(mut fields: Fields, mistakes: &mut Mistakes) -> Limits {
    let default = Limits::default();
    let memory_mib = fields.optional("memory_mib", mistakes).unwrap_or(default.memory_mib);
    let timeout_ms = fields.optional("timeout_ms", mistakes).unwrap_or(default.timeout_ms);
    if !(1..=limits::COMPONENT_MEMORY_MIB_MAX).contains(&memory_mib) {
        mistakes.add(
            fields.path("memory_mib"),
            format!("must be from 1 to {}", limits::COMPONENT_MEMORY_MIB_MAX),
        );
    }
    if !(1..=limits::REQUEST_TIMEOUT_MS_MAX).contains(&timeout_ms) {
        mistakes.add(
            fields.path("timeout_ms"),
            format!("must be from 1 to {}", limits::REQUEST_TIMEOUT_MS_MAX),
        );
    }
    fields.finish(mistakes);
    Limits { memory_mib, timeout_ms }
}
