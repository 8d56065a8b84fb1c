//! Listeners: many connections that hear of every row inserted into one table, and what that costs the server.

mod measure;
mod report;
pub mod stream;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;

use self::measure::Measured;
use crate::cores::Cores;
use crate::options::Options;
use crate::subject::{Kind, Subject};

/// What a run of listeners may be told on the command line.
#[derive(Args, Debug, Serialize)]
pub struct Listeners {
    /// How many listen (comma list); with none the inserts alone are measured
    #[arg(long, value_delimiter = ',', default_value = "0,1000,10000", value_parser = value_parser!(u32).range(0..=20_000))]
    pub counts: Vec<u32>,
    /// The most listeners that PocketBase is measured with
    #[arg(long, default_value_t = 1000)]
    pub pocketbase_max: u32,
    /// Rows inserted in a second
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=1000))]
    pub writes_per_second: u32,
    /// Measured seconds
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Of our listeners, how many percent go away in each second and come back where they were
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=100))]
    pub leaving_percent: u32,
    /// How many percent more connections listen and never read
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=100))]
    pub silent_percent: u32,
    /// Leave PocketBase out
    #[arg(long)]
    pub skip_pocketbase: bool,
    /// The server to measure; target/release/guesthouse, built if missing, when absent
    #[arg(long)]
    pub guesthouse: Option<PathBuf>,
    /// A PocketBase executable; installed with pip under target/bench when absent
    #[arg(long)]
    pub pocketbase: Option<PathBuf>,
    /// Write every number into this file
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// Everything that a run found.
#[derive(Serialize)]
pub struct Report<'a> {
    pub options: &'a Listeners,
    pub cores: Cores,
    pub measured: Vec<Measured>,
}

impl Listeners {
    /// Every server is started afresh for every count and runs alone, so that none has memory from the one before, or a neighbour.
    pub async fn run(&self) -> anyhow::Result<()> {
        allow_descriptors()?;
        let cores = Cores::choose()?;
        cores.pin_to_load()?;
        let mut measured = Vec::new();
        for count in &self.counts {
            let with_peer = !self.skip_pocketbase && *count <= self.pocketbase_max;
            for kind in [Kind::Guesthouse, Kind::PocketBase] {
                if kind == Kind::PocketBase && !with_peer {
                    continue;
                }
                for subject in Subject::prepare_all(&self.server(kind), cores).await? {
                    measured.push(measure::measure(&subject, *count, self).await?);
                    subject.stop().await?;
                }
            }
        }
        let report = Report {
            options: self,
            cores,
            measured,
        };
        print!("{report}");
        if let Some(path) = &self.json {
            std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
        }
        Ok(())
    }

    fn server(&self, kind: Kind) -> Options {
        Options {
            guesthouse: self.guesthouse.clone(),
            pocketbase: self.pocketbase.clone(),
            skip_guesthouse: kind != Kind::Guesthouse,
            skip_pocketbase: kind != Kind::PocketBase,
            ..Options::of_servers_alone()
        }
    }

    fn between_writes(&self) -> Duration {
        Duration::from_secs(1) / self.writes_per_second
    }

    /// How long a listener stays that leaves at times.
    fn stay(&self) -> Option<Duration> {
        (self.leaving_percent > 0).then(|| Duration::from_secs(100) / self.leaving_percent)
    }

    fn writes(&self) -> u64 {
        self.seconds * u64::from(self.writes_per_second)
    }
}

/// As many descriptors as the system lets this process have; the servers that it starts inherit that.
fn allow_descriptors() -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    )?)
}

/// How many servers of a kind there are in a report.
pub fn of(measured: &[Measured], kind: Kind, listeners: u32) -> Option<&Measured> {
    measured
        .iter()
        .find(|it| it.server == kind && it.listeners == listeners)
}
