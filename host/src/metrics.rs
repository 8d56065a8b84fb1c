//! Figures for Prometheus: what components did since they run, and how the server is.

use crate::audit::{Audit, Deed, Ledger, TIMES_US, Verdict};
use crate::capability::Stores;
use crate::runtime::Outcome;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Panics of the host since it started. Each cost what it happened in, and no more.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts panics from now on, beside whatever else is done about them.
pub fn count_panics() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        others(panic);
    }));
}

/// All figures in the text form of OpenMetrics, which Prometheus reads.
pub fn text(stores: &Stores) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("guesthouse");
    registry.register_collector(Box::new(Components(stores.audit.clone())));
    registry.register_collector(Box::new(Server {
        panics: PANICS.load(Ordering::Relaxed),
        listeners: stores.sse.count(),
        resident_bytes: resident_bytes(),
    }));
    let mut written = String::new();
    text::encode(&mut written, &registry)?;
    Ok(written)
}

type Labels = Vec<(&'static str, String)>;

fn labels(ledger: &Ledger, more: &[(&'static str, &str)]) -> Labels {
    let own = [
        ("component", ledger.component.to_string()),
        ("version", ledger.version.to_string()),
    ];
    own.into_iter()
        .chain(more.iter().map(|(key, value)| (*key, (*value).to_owned())))
        .collect()
}

/// What each version did. A series ends with its version.
struct Components(Arc<Audit>);

impl fmt::Debug for Components {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Components")
    }
}

impl Collector for Components {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let ledgers = self.0.ledgers();
        encode_outcomes(&mut encoder, &ledgers)?;
        encode_responses(&mut encoder, &ledgers)?;
        encode_times(&mut encoder, &ledgers)?;
        encode_calls(&mut encoder, &ledgers)
    }
}

fn encode_outcomes(encoder: &mut DescriptorEncoder<'_>, ledgers: &[Arc<Ledger>]) -> Result<(), fmt::Error> {
    let help = "How requests, calls of services, commands and runs of workers ended";
    let mut outcomes = encoder.encode_descriptor("outcomes", help, None, MetricType::Counter)?;
    for ledger in ledgers {
        for deed in Deed::ALL {
            for outcome in Outcome::ALL {
                let count = ledger.ends.count(deed, outcome);
                // What never happened is left out: most of it never does. Requests are there from the start, so that rates are right.
                if count > 0 || deed == Deed::Request {
                    let labels = labels(ledger, &[("deed", deed.as_str()), ("outcome", outcome.as_str())]);
                    outcomes
                        .encode_family(&labels)?
                        .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
                }
            }
        }
    }
    Ok(())
}

fn encode_responses(encoder: &mut DescriptorEncoder<'_>, ledgers: &[Arc<Ledger>]) -> Result<(), fmt::Error> {
    let help = "Responses by the class of their status";
    let mut responses = encoder.encode_descriptor("responses", help, None, MetricType::Counter)?;
    for ledger in ledgers {
        for class in 2..=5 {
            let labels = labels(ledger, &[("status", &format!("{class}xx"))]);
            responses
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&ledger.ends.responses(class), None)?;
        }
    }
    Ok(())
}

fn encode_times(encoder: &mut DescriptorEncoder<'_>, ledgers: &[Arc<Ledger>]) -> Result<(), fmt::Error> {
    let help = "From a request to the head of its response";
    let mut times = encoder.encode_descriptor("response_seconds", help, None, MetricType::Histogram)?;
    for ledger in ledgers {
        let (counts, sum_us) = ledger.ends.times();
        let ends = TIMES_US
            .iter()
            .map(|end_us| *end_us as f64 / 1e6)
            .chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = ends.zip(counts).collect();
        times
            .encode_family(&labels(ledger, &[]))?
            .encode_histogram::<NoLabelSet>(sum_us as f64 / 1e6, counts.iter().sum(), &buckets, None)?;
    }
    Ok(())
}

fn encode_calls(encoder: &mut DescriptorEncoder<'_>, ledgers: &[Arc<Ledger>]) -> Result<(), fmt::Error> {
    let help =
        "Calls that need a grant, by what of the host they were for; a call about several tables counts for each";
    let mut calls = encoder.encode_descriptor("capability_calls", help, None, MetricType::Counter)?;
    for ledger in ledgers {
        let mut counts: BTreeMap<(String, Verdict), u64> = BTreeMap::new();
        for counter in ledger.all() {
            let capability = counter.resource().split([' ', ':']).next().unwrap_or_default();
            for verdict in [Verdict::Allowed, Verdict::Denied] {
                *counts.entry((capability.to_owned(), verdict)).or_default() += counter.calls(verdict);
            }
        }
        for ((capability, verdict), count) in counts {
            let labels = labels(ledger, &[("capability", &capability), ("verdict", verdict.as_str())]);
            calls
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
    }
    Ok(())
}

/// How the server is.
#[derive(Debug)]
struct Server {
    panics: u64,
    listeners: usize,
    resident_bytes: u64,
}

impl Collector for Server {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Panics of the host, each of which cost what it happened in";
        encoder
            .encode_descriptor("panics", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&self.panics, None)?;
        let gauges = [
            ("listeners", "Listeners of Server-Sent Events", self.listeners as u64),
            ("resident_bytes", "Memory of the process", self.resident_bytes),
        ];
        for (name, help, value) in gauges {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            encoder
                .encode_descriptor(name, help, None, MetricType::Gauge)?
                .encode_gauge(&value)?;
        }
        Ok(())
    }
}

/// As the kernel counts it; 0 where it does not say.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or_default();
    pages * rustix::param::page_size() as u64
}
