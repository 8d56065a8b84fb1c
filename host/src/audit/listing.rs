//! What the audit tells: the same values in the program, as JSON of the control API, and in the command line.

use super::ledger::{Footprint, Ledger};
use super::trace::{Noted, Trace};
use crate::components::clock::rfc3339;
use serde::{Deserialize, Serialize};

/// A change by whoever runs the server, or what a component was denied within an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditLine {
    /// Of what was denied several times: the last.
    pub time: String,
    /// Through whom: `control socket`, `control token`, `command line`, `start`, `probation`, `component`.
    pub actor: String,
    /// `deploy`, `rollback`, `remove`, `withdraw`, `keep`, `adopt`, `denied`, `set secret`, `delete secret`.
    pub action: String,
    pub component: Option<String>,
    pub version: Option<u64>,
    /// What exactly, and why.
    pub detail: String,
    /// How often: more than once for what was denied alone.
    pub calls: u64,
}

/// A request of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLine {
    pub id: String,
    /// The W3C trace that it belongs to.
    pub trace: String,
    pub time: String,
    pub component: String,
    pub version: u64,
    pub method: String,
    /// Without the query.
    pub path: String,
    /// None until there is a response.
    pub status: Option<u16>,
    /// None while it is under way.
    pub outcome: Option<String>,
    pub duration_us: Option<u64>,
    /// How many calls of the host were made on its behalf.
    pub calls: u64,
}

/// A request of late with its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDetails {
    #[serde(flatten)]
    pub request: RequestLine,
    /// The first calls, in their order.
    pub listed: Vec<RequestCall>,
}

/// A call of the host on behalf of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestCall {
    /// When it was done, since the request began.
    pub after_us: u64,
    /// Who called: not always the component that answers the request, but also those whose services it uses.
    pub component: String,
    pub version: u64,
    /// What was called, such as `sqlite.query`.
    pub function: String,
    /// What it was about, as lists of grants have it.
    pub resources: Vec<String>,
    /// `allowed` or `denied`.
    pub verdict: String,
}

impl RequestLine {
    pub fn new(trace: &Trace) -> Self {
        let progress = trace.progress();
        Self {
            id: trace.id.to_string(),
            trace: trace.context.trace(),
            time: rfc3339(trace.begun_ms()),
            component: trace.ledger.component.to_string(),
            version: trace.ledger.version,
            method: trace.method.to_string(),
            path: trace.path.to_string(),
            status: progress.status,
            outcome: progress.end.map(|(outcome, _)| outcome.to_string()),
            duration_us: progress.end.map(|(_, took)| microseconds(took)),
            calls: progress.calls.len() as u64 + progress.more,
        }
    }
}

impl RequestDetails {
    pub fn new(trace: &Trace) -> Self {
        Self {
            request: RequestLine::new(trace),
            listed: (trace.progress().calls.iter())
                .map(|noted| RequestCall::new(noted, noted.ledger.as_ref().unwrap_or(&trace.ledger)))
                .collect(),
        }
    }
}

impl RequestCall {
    fn new(noted: &Noted, ledger: &Ledger) -> Self {
        Self {
            after_us: microseconds(noted.after),
            component: ledger.component.to_string(),
            version: ledger.version,
            function: noted.function.to_owned(),
            resources: resources(&noted.footprint),
            verdict: noted.verdict.as_str().to_owned(),
        }
    }
}

fn resources(footprint: &Footprint) -> Vec<String> {
    footprint.iter().map(|counter| counter.resource().to_owned()).collect()
}

fn microseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
