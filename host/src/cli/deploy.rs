//! `guesthouse deploy`: packs a component, shows what it asks for, and deploys it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::target::{Remote, Target};
use super::{package, print};
use crate::components::deploy::{DeployOptions, Deployed, State};
use crate::components::manifest::component_name_mistake;
use crate::components::review::GrantsReview;
use crate::control::ErrorBody;
use crate::limits;

#[derive(Debug, Args)]
pub struct DeployArguments {
    /// The component: a `.wasm` file.
    file: PathBuf,
    /// Its manifest. By default `component.toml` beside FILE; the SQL files of `migrations/` beside the manifest go with it.
    #[arg(long, value_name = "PATH")]
    manifest: Option<PathBuf>,
    /// The name to deploy it under. By default the one in the manifest.
    #[arg(long, value_parser = component_name)]
    name: Option<String>,
    /// Grant whatever the manifest asks for. By default a component that asks for more than its running version has is
    /// shown to you first, on a terminal, or else refused. What is shown there, and after the deployment: `+` is granted from now on,
    /// `-` no longer, `!` is imported without a grant and will be denied, `?` is granted without an import and of no use.
    #[arg(long)]
    accept_grants: bool,
    /// How long the new version is on probation. If it traps, takes too long or answers 5xx 5 times among the last 20 things that it
    /// did, the version before runs again at once; `guesthouse components show` says why. What its migrations changed stays
    /// changed. 0: no probation.
    #[arg(long, value_name = "SECONDS", default_value_t = limits::PROBATION.as_secs(),
        value_parser = clap::value_parser!(u64).range(..=limits::PROBATION_MAX.as_secs()))]
    probation: u64,
    #[command(flatten)]
    remote: Remote,
}

/// Refuses a bad name before it becomes a part of a path.
pub fn component_name(text: &str) -> Result<String, String> {
    match component_name_mistake(text) {
        Some(mistake) => Err(mistake),
        None => Ok(text.to_owned()),
    }
}

pub async fn deploy(data_directory: &Path, arguments: DeployArguments) -> anyhow::Result<()> {
    let DeployArguments {
        file,
        manifest,
        name,
        accept_grants,
        probation,
        remote,
    } = arguments;
    let package = package::load(&file, manifest.as_deref())?;
    let target = Target::find(data_directory, remote).await?;
    let mut options = DeployOptions {
        name,
        accept_grants,
        probation: Duration::from_secs(probation),
    };
    let mut result = target.deploy(package.clone(), options.clone()).await;
    if let Some(review) = grants_to_accept(&result)
        && is_accepted(review)?
    {
        options.accept_grants = true;
        result = target.deploy(package, options).await;
    }
    let stopped = target.is_stopped();
    target.close().await;
    print(&describe(&result?, stopped))
}

fn grants_to_accept(result: &anyhow::Result<Deployed>) -> Option<&GrantsReview> {
    result.as_ref().err()?.downcast_ref::<ErrorBody>()?.grants.as_ref()
}

/// Asks, where there is someone to ask.
fn is_accepted(review: &GrantsReview) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    let mut question = io::stderr().lock();
    for line in review.lines() {
        writeln!(question, "  {line}")?;
    }
    write!(question, "Grant what is new? [y/N] ")?;
    question.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

pub fn describe(deployed: &Deployed, stopped: bool) -> String {
    let Deployed {
        name,
        version,
        previous,
        routes,
        grants,
        probation,
    } = deployed;
    let before = previous.map_or_else(String::new, |previous| format!(" (before: {previous})"));
    let routes = if routes.is_empty() {
        String::new()
    } else {
        format!("; it answers {}", routes.join(", "))
    };
    let from = if stopped {
        "; it runs from the next start of the server on"
    } else {
        ""
    };
    let mut text = format!("{name} is now version {version}{before}{routes}{from}\n");
    for line in grants.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(probation) = probation {
        text.push_str(&format!("  {}\n", State::OnProbation(probation.clone())));
    }
    text
}
