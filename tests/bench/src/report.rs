//! What a run found: the medians, the verdicts and, for programs, all of it as JSON.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::cold::{Memory, Start};
use crate::cores::Cores;
use crate::load::Window;
use crate::options::Options;
use crate::rounds::Measured;
use crate::scenario::Scenario;
use crate::statistics::median;
use crate::subject::Kind;
use crate::verdict::{self, Verdict};

#[derive(Serialize)]
pub struct Report<'a> {
    pub options: &'a Options,
    pub cores: Cores,
    pub verdicts: Vec<Verdict>,
    pub medians: Vec<Line>,
    pub starts: Vec<Start>,
    pub memory_after_load: Vec<Memory>,
    pub windows: Vec<Measured>,
}

/// The medians of one server in one scenario.
#[derive(Serialize)]
pub struct Line {
    pub scenario: Scenario,
    pub server: Kind,
    pub requests_per_second: f64,
    pub cpu_us: f64,
    pub cpu_us_lowest: f64,
    pub cpu_us_highest: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub server_busy: f64,
}

impl<'a> Report<'a> {
    pub fn new(
        options: &'a Options,
        cores: Cores,
        windows: Vec<Measured>,
        starts: Vec<Start>,
        memory_after_load: Vec<Memory>,
    ) -> Self {
        let mut medians: Vec<Line> = Vec::new();
        for Measured { scenario, server, .. } in &windows {
            if !medians
                .iter()
                .any(|line| line.scenario == *scenario && line.server == *server)
            {
                medians.extend(Line::of(&windows, *scenario, *server));
            }
        }
        let verdicts = verdict::all(&windows, &starts, options.baseline_percent);
        Self {
            options,
            cores,
            verdicts,
            medians,
            starts,
            memory_after_load,
            windows,
        }
    }

    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Line {
    fn of(windows: &[Measured], scenario: Scenario, server: Kind) -> Option<Self> {
        let values = |value: fn(&Window) -> f64| {
            let of_this = windows
                .iter()
                .filter(move |it| it.scenario == scenario && it.server == server);
            of_this.map(move |it| value(&it.window))
        };
        Some(Self {
            scenario,
            server,
            requests_per_second: median(values(|window| window.requests_per_second))?,
            cpu_us: median(values(|window| window.cpu_us))?,
            cpu_us_lowest: values(|window| window.cpu_us).fold(f64::INFINITY, f64::min),
            cpu_us_highest: values(|window| window.cpu_us).fold(0.0, f64::max),
            p50_ms: median(values(|window| window.p50_ms))?,
            p99_ms: median(values(|window| window.p99_ms))?,
            server_busy: median(values(|window| window.server_busy))?,
        })
    }
}
