//! What a run may be told on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};
use serde::Serialize;

use crate::scenario::Scenario;

#[derive(Args, Debug, Serialize)]
pub struct Options {
    /// Only these scenarios (comma list); all when absent
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Scenario>,
    /// How often every pair of scenario and server is measured; the median is reported
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=100))]
    pub rounds: u32,
    /// Connections of the load, each with one request under way at a time
    #[arg(long, default_value_t = 32, value_parser = value_parser!(u32).range(1..=1024))]
    pub connections: u32,
    /// Measured seconds of one window
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Seconds of load before the measured ones
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u64).range(0..=60))]
    pub warm_up_seconds: u64,
    /// Starts on a warm data directory, of which the median is reported; 0 leaves the cold facts out
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(0..=100))]
    pub starts: u32,
    /// Write every number, of every round, into this file
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Leave PocketBase out: no ratios to it, and nothing to install
    #[arg(long)]
    pub skip_pocketbase: bool,
    /// Leave this project's server out: the peers alone
    #[arg(long)]
    pub skip_guesthouse: bool,
    /// Switch PocketBase's request log off; it is on as shipped
    #[arg(long)]
    pub pocketbase_without_log: bool,
    /// The server to measure; target/release/guesthouse, built if missing, when absent
    #[arg(long)]
    pub guesthouse: Option<PathBuf>,
    /// Another executable of this project, such as one from before a change, that is measured beside it
    #[arg(long)]
    pub baseline: Option<PathBuf>,
    /// By how much a request may cost more than with the baseline, in percent
    #[arg(long, default_value_t = 3.0, requires = "baseline")]
    pub baseline_percent: f64,
    /// A PocketBase executable; installed with pip under target/bench when absent
    #[arg(long)]
    pub pocketbase: Option<PathBuf>,
    /// The component compiled from guests/hello; built if missing when absent
    #[arg(long)]
    pub hello_component: Option<PathBuf>,
}

impl Options {
    /// Which servers there are, for a run that has options of its own for the rest.
    pub fn of_servers_alone() -> Self {
        Self {
            only: vec![Scenario::Insert],
            rounds: 1,
            connections: 1,
            seconds: 1,
            warm_up_seconds: 0,
            starts: 0,
            json: None,
            skip_pocketbase: false,
            skip_guesthouse: false,
            pocketbase_without_log: false,
            guesthouse: None,
            baseline: None,
            baseline_percent: 0.0,
            pocketbase: None,
            hello_component: None,
        }
    }

    pub fn scenarios(&self) -> Vec<Scenario> {
        let mut chosen = if self.only.is_empty() {
            Scenario::ALL.to_vec()
        } else {
            self.only.clone()
        };
        chosen.sort();
        chosen.dedup();
        chosen
    }

    pub fn window(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up_seconds)
    }
}
