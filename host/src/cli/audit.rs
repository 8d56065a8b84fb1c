//! `guesthouse audit` and `guesthouse requests`: who changed what, what components were denied, and what one request did.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;
use bytes::Bytes;
use clap::Args;
use http::Method;

use super::components::table;
use super::deploy::component_name;
use super::print;
use super::target::{Remote, Target};
use crate::audit::{AuditLine, RequestDetails, RequestLine};
use crate::limits;

#[derive(Debug, Args)]
pub struct AuditArguments {
    /// Only what is about this component.
    #[arg(long, value_name = "NAME", value_parser = component_name)]
    component: Option<String>,
    /// So many lines at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=limits::AUDIT_LINES_LISTED_MAX as u64))]
    limit: u64,
    /// As JSON, for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub struct RequestsArguments {
    /// One request with its calls: what the field `x-request-id` of its response says.
    id: Option<String>,
    /// Only requests to this component.
    #[arg(long, value_name = "NAME", value_parser = component_name, conflicts_with = "id")]
    component: Option<String>,
    /// Only requests of one trace: the second part of a `traceparent`.
    #[arg(long, value_name = "TRACE", conflicts_with = "id")]
    trace: Option<String>,
    /// So many requests at most.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=limits::AUDIT_LINES_LISTED_MAX as u64))]
    limit: u64,
    /// As JSON, for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

pub async fn audit(data_directory: &Path, arguments: AuditArguments) -> anyhow::Result<()> {
    let target = Target::find(data_directory, arguments.remote.clone()).await?;
    let lines = target.audit(arguments.component.as_deref(), arguments.limit).await;
    target.close().await;
    let lines = lines?;
    print(&match arguments.json {
        true => json(&lines)?,
        false => audit_table(&lines),
    })
}

pub async fn requests(data_directory: &Path, arguments: RequestsArguments) -> anyhow::Result<()> {
    let target = Target::find(data_directory, arguments.remote.clone()).await?;
    let told = tell(&target, &arguments).await;
    target.close().await;
    print(&told?)
}

async fn tell(target: &Target, arguments: &RequestsArguments) -> anyhow::Result<String> {
    let Target::Server(client) = target else {
        bail!("requests are kept while the server runs, and it does not run");
    };
    if let Some(id) = &arguments.id {
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            bail!("`{id}` is no number of a request; the field x-request-id of a response has it");
        }
        let details: RequestDetails = client
            .send(Method::GET, &format!("requests/{id}"), Bytes::new())
            .await?;
        return if arguments.json {
            json(&details)
        } else {
            Ok(describe(&details))
        };
    }
    let mut path = format!("requests?limit={}", arguments.limit);
    if let Some(name) = &arguments.component {
        let _ = write!(path, "&component={name}");
    }
    if let Some(trace) = &arguments.trace {
        if !trace.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            bail!("`{trace}` is no trace; it is the second part of a `traceparent`, 32 digits");
        }
        let _ = write!(path, "&trace={trace}");
    }
    let lines: Vec<RequestLine> = client.send(Method::GET, &path, Bytes::new()).await?;
    if arguments.json {
        json(&lines)
    } else {
        Ok(requests_table(&lines))
    }
}

impl Target {
    async fn audit(&self, component: Option<&str>, limit: u64) -> anyhow::Result<Vec<AuditLine>> {
        match self {
            Target::Server(client) => {
                let component = component.map(|name| format!("&component={name}")).unwrap_or_default();
                let path = format!("audit?limit={limit}{component}");
                client.send(Method::GET, &path, Bytes::new()).await
            }
            Target::Stopped(deployer, _) => {
                let stored = deployer.runtime().stores().audit.stored().await?;
                Ok(stored.lines(component, limit as usize).await?)
            }
        }
    }
}

pub fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn audit_table(lines: &[AuditLine]) -> String {
    if lines.is_empty() {
        return "nothing was changed or denied yet\n".to_owned();
    }
    let row = |line: &AuditLine| {
        let version = line.version.map(|version| format!(" {version}")).unwrap_or_default();
        let times = match line.calls {
            1 => String::new(),
            calls => format!(" ({calls} times)"),
        };
        [
            line.time.clone(),
            line.action.clone(),
            line.component
                .as_ref()
                .map(|name| format!("{name}{version}"))
                .unwrap_or_default(),
            line.actor.clone(),
            format!("{}{times}", line.detail.escape_debug()),
        ]
    };
    table(
        ["TIME", "ACTION", "COMPONENT", "THROUGH", "DETAIL"],
        lines.iter().map(row),
    )
}

fn requests_table(lines: &[RequestLine]) -> String {
    if lines.is_empty() {
        return "there was no such request of late\n".to_owned();
    }
    let row = |line: &RequestLine| {
        [
            line.id.clone(),
            line.time.clone(),
            format!("{} {}", line.component, line.version),
            line.outcome.clone().unwrap_or_else(|| "under way".to_owned()),
            line.status.map(|status| status.to_string()).unwrap_or_default(),
            line.duration_us.map(milliseconds).unwrap_or_default(),
            line.calls.to_string(),
            format!("{} {}", line.method, line.path.escape_debug()),
        ]
    };
    table(
        [
            "REQUEST",
            "TIME",
            "COMPONENT",
            "OUTCOME",
            "STATUS",
            "MS",
            "CALLS",
            "WHAT",
        ],
        lines.iter().map(row),
    )
}

fn describe(details: &RequestDetails) -> String {
    let RequestDetails { request, listed } = details;
    let mut text = requests_table(std::slice::from_ref(request));
    let _ = writeln!(text, "trace {}", request.trace);
    let row = |call: &crate::audit::RequestCall| {
        [
            format!("+{}", milliseconds(call.after_us)),
            format!("{} {}", call.component, call.version),
            call.function.clone(),
            call.verdict.clone(),
            call.resources.join(", ").escape_debug().to_string(),
        ]
    };
    if !listed.is_empty() {
        text.push_str(&table(["MS", "BY", "CALL", "VERDICT", "WHAT"], listed.iter().map(row)));
    }
    let more = request.calls - listed.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "and {more} more calls");
    }
    text
}

fn milliseconds(us: u64) -> String {
    format!("{}.{:03}", us / 1000, us % 1000)
}
