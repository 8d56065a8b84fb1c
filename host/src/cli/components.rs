//! `guesthouse components`: what is deployed, in which versions, with which grants; back and away.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::deploy::{component_name, describe};
use super::logs::{LogsArguments, logs};
use super::target::{Remote, Target};
use super::{audit, export, grants, print};
use crate::components::deploy::{Details, Removed, State, Summary, VersionLine};
use crate::components::grants::{Grants, GrantsDiff};
use crate::limits;

#[derive(Debug, Args)]
pub struct ComponentsArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All that is deployed.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// One component: its routes, limits and grants.
    Show {
        #[arg(value_parser = component_name)]
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// The versions that are kept (the last 20), the newest first.
    Versions {
        #[arg(value_parser = component_name)]
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// What a component wrote, and what the server has to say about it, such as why an instance ended. Each line has the time, the
    /// version that it is from, and `stdout`, `stderr` or `host`. The last 10,000 lines are kept.
    Logs(LogsArguments),
    /// Run an earlier version again, with the grants that it had. Its data is left as it is.
    Rollback {
        #[arg(value_parser = component_name)]
        name: String,
        /// The version to run. By default the one that ran before the current one was deployed.
        #[arg(long, value_name = "N")]
        version: Option<u64>,
        #[command(flatten)]
        remote: Remote,
    },
    /// What a component may do and what it did: each grant with the calls that used it, and what it was denied.
    Grants {
        #[arg(value_parser = component_name)]
        name: String,
        /// The time to look at: so many hours up to now. Counts are kept for three months.
        #[arg(long, value_name = "N", default_value_t = 24 * 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::USAGE_HOURS_KEPT)))]
        hours: u32,
        /// Write the manifest without the grants that no call used in that time. What a migration names stays, and so does
        /// what is provided to others.
        #[arg(long, conflicts_with = "json")]
        manifest: bool,
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write the version that runs to a folder: the component, its manifest and its migrations. Change the manifest there and
    /// deploy it again, such as to grant a built-in more than it comes with.
    Export {
        #[arg(value_parser = component_name)]
        name: String,
        /// The folder, which is made. By default one with the component's name, here.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// End a component. Its data stays. A replaced built-in takes its place again; a built-in is switched off until a
    /// rollback.
    Remove {
        #[arg(value_parser = component_name)]
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
}

pub async fn components(data_directory: &Path, arguments: ComponentsArguments) -> anyhow::Result<()> {
    let (Action::List { remote }
    | Action::Show { remote, .. }
    | Action::Versions { remote, .. }
    | Action::Logs(LogsArguments { remote, .. })
    | Action::Rollback { remote, .. }
    | Action::Grants { remote, .. }
    | Action::Export { remote, .. }
    | Action::Remove { remote, .. }) = &arguments.action;
    let target = Target::find(data_directory, remote.clone()).await?;
    let result = act(&target, &arguments.action).await;
    target.close().await;
    print(&result?)
}

async fn act(target: &Target, action: &Action) -> anyhow::Result<String> {
    Ok(match action {
        Action::List { .. } => list(&target.list().await?),
        Action::Show { name, .. } => show(&target.show(name).await?),
        Action::Versions { name, .. } => versions(&target.versions(name).await?),
        Action::Logs(arguments) => logs(target, arguments).await?,
        Action::Rollback { name, version, .. } => {
            describe(&target.rollback(name, *version).await?, target.is_stopped())
        }
        Action::Grants {
            name,
            hours,
            manifest,
            json,
            ..
        } => {
            let report = target.grants(name, *hours).await?;
            match (manifest, json) {
                (true, _) => report.manifest,
                (_, true) => audit::json(&report)?,
                _ => grants::show(&report),
            }
        }
        Action::Export { name, into, .. } => {
            let folder = into.clone().unwrap_or_else(|| PathBuf::from(name));
            export::write(&folder, name, target.package(name).await?)?
        }
        Action::Remove { name, .. } => removed(&target.remove(name).await?),
    })
}

fn list(components: &[Summary]) -> String {
    let row = |one: &Summary| {
        [
            one.name.clone(),
            one.version.to_string(),
            one.origin.as_str().to_owned(),
            one.deployed.clone(),
            one.routes.join(" "),
        ]
    };
    let mut text = table(
        ["NAME", "VERSION", "ORIGIN", "SINCE", "ROUTES"],
        components.iter().map(row),
    );
    for one in components.iter().filter(|one| one.state != State::Running) {
        let _ = writeln!(text, "{}: {}", one.name, one.state);
    }
    text
}

fn versions(versions: &[VersionLine]) -> String {
    let row = |one: &VersionLine| {
        let current = if one.current { "*" } else { "" };
        [
            one.version.to_string(),
            current.to_owned(),
            one.origin.as_str().to_owned(),
            one.created.clone(),
            one.digest.clone(),
        ]
    };
    table(
        ["VERSION", "RUNS", "ORIGIN", "CREATED", "DIGEST"],
        versions.iter().map(row),
    )
}

fn show(details: &Details) -> String {
    let Details {
        summary,
        digest,
        grants,
        manifest,
    } = details;
    let limits = &manifest.limits;
    let reuse = manifest.reuse.as_ref().map_or_else(
        || "a fresh instance for every request".to_owned(),
        |reuse| {
            format!(
                "up to {} requests, {} at once (0: no bound)",
                reuse.max_requests, reuse.max_concurrent
            )
        },
    );
    let commands: Vec<&str> = summary.commands.iter().map(|command| command.name.as_str()).collect();
    let on_start = summary.commands.iter().filter_map(|command| {
        let arguments = command.on_start.as_ref()?;
        Some(format!("{} {}", command.name, arguments.join(" ")))
    });
    let on_start: Vec<String> = on_start.collect();
    let mut lines = vec![
        ("name", summary.name.clone()),
        ("description", summary.description.clone().unwrap_or_default()),
        (
            "version",
            format!(
                "{} ({}), since {}",
                summary.version,
                summary.origin.as_str(),
                summary.deployed
            ),
        ),
        ("state", summary.state.to_string()),
        ("digest", digest.clone()),
        ("routes", summary.routes.join(" ")),
        ("commands", commands.join(" ")),
        ("on start", on_start.join("; ")),
        ("instances", reuse),
        ("limits", format!("{} MiB, {} ms", limits.memory_mib, limits.timeout_ms)),
    ];
    let GrantsDiff { added, .. } = Grants::widening(&Grants::default(), grants);
    let held = if added.is_empty() {
        vec!["nothing".to_owned()]
    } else {
        added
    };
    lines.extend(held.into_iter().map(|grant| ("granted", grant)));
    lines
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(String::new(), |mut text, (key, value)| {
            let _ = writeln!(text, "{key:<12} {value}");
            text
        })
}

fn removed(removed: &Removed) -> String {
    let Removed {
        name,
        version,
        now,
        can_return,
    } = removed;
    match now {
        Some(now) => format!("version {version} of {name} is gone; the built-in, version {now}, runs again\n"),
        None if *can_return => {
            format!("{name} is switched off; `guesthouse components rollback {name}` brings it back\n")
        }
        None => format!("{name} is gone; the data that it wrote stays\n"),
    }
}

/// Columns as wide as their longest cell; the last one is not filled up.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
