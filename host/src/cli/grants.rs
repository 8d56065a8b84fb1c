//! `guesthouse components grants`: what a component may do beside what it did, and its manifest without what it never used.

use bytes::Bytes;
use http::Method;

use super::components::table;
use super::target::{Target, here};
use crate::components::used::{GrantsReport, UseLine};

impl Target {
    pub async fn grants(&self, name: &str, hours: u32) -> anyhow::Result<GrantsReport> {
        match self {
            Target::Server(client) => {
                let path = format!("components/{name}/grants?hours={hours}");
                client.send(Method::GET, &path, Bytes::new()).await
            }
            Target::Stopped(deployer, _) => {
                let stored = deployer.runtime().stores().audit.stored().await?;
                let usage = stored.usage(name, hours).await?;
                here(deployer.used(name, hours, &usage).await)
            }
        }
    }
}

pub fn show(report: &GrantsReport) -> String {
    let GrantsReport {
        name,
        version,
        deployed,
        hours,
        lines,
        ..
    } = report;
    let mut text =
        format!("{name}, version {version} since {deployed}; calls of the last {hours} hours, of all its versions\n");
    if lines.is_empty() {
        return text + "it asks for no grants, and was denied nothing\n";
    }
    let yes = |is: bool| if is { "yes" } else { "-" }.to_owned();
    let row = |line: &UseLine| {
        [
            line.resource.escape_debug().to_string(),
            yes(line.declared),
            yes(line.granted),
            line.used.to_string(),
            line.denied.to_string(),
            line.last.clone().unwrap_or_default(),
            line.kept
                .as_ref()
                .filter(|_| line.used == 0)
                .cloned()
                .unwrap_or_default(),
        ]
    };
    text.push_str(&table(
        ["GRANT", "DECLARED", "GRANTED", "USED", "DENIED", "LAST", ""],
        lines.iter().map(row),
    ));
    let unused = lines.iter().filter(|line| line.is_dropped()).count();
    if unused > 0 {
        text.push_str(&format!(
            "{unused} were never used in that time; `guesthouse components grants {name} --manifest` writes the manifest without them\n"
        ));
    }
    text
}
