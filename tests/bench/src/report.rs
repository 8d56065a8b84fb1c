//! What a run found, as tables for people and as JSON for programs.

use std::fmt::Write as _;
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

/// Above this share of CPU time used by other processes, the numbers are not to be trusted.
const MAX_OTHERS_BUSY: f64 = 0.05;

#[derive(Serialize)]
pub struct Report<'a> {
    options: &'a Options,
    cores: Cores,
    verdicts: Vec<Verdict>,
    medians: Vec<Line>,
    starts: Vec<Start>,
    memory_after_load: Vec<Memory>,
    windows: Vec<Measured>,
}

/// The medians of one server in one scenario.
#[derive(Serialize)]
struct Line {
    scenario: Scenario,
    server: Kind,
    requests_per_second: f64,
    cpu_us: f64,
    cpu_us_lowest: f64,
    cpu_us_highest: f64,
    p50_ms: f64,
    p99_ms: f64,
    server_busy: f64,
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
            if !medians.iter().any(|line| line.scenario == *scenario && line.server == *server) {
                medians.extend(Line::of(&windows, *scenario, *server));
            }
        }
        let verdicts = verdict::all(&windows, &starts);
        Self { options, cores, verdicts, medians, starts, memory_after_load, windows }
    }

    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }

    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write_scenarios(&mut out);
        self.write_memory(&mut out);
        self.write_verdicts(&mut out);
        self.write_noise(&mut out);
        out
    }

    fn write_scenarios(&self, out: &mut String) {
        let Options { connections, rounds, seconds, .. } = self.options;
        let Cores { server, load } = self.cores;
        line(out, &format!("Server on core {server}, {connections} connections of load on core {load}; median of {rounds} rounds of {seconds} s."));
        for scenario in self.options.scenarios() {
            let lines = || self.medians.iter().filter(|line| line.scenario == scenario);
            if lines().next().is_none() {
                continue;
            }
            line(out, &format!("\n{scenario}: {}", scenario.describe()));
            line(out, "  server       requests/s   CPU us/request (lowest-highest)   p50 ms   p99 ms   core busy");
            for Line { server, requests_per_second, cpu_us, cpu_us_lowest, cpu_us_highest, p50_ms, p99_ms, server_busy, .. } in
                lines()
            {
                let spread = format!("({cpu_us_lowest:.1}-{cpu_us_highest:.1})");
                let busy = server_busy * 100.0;
                line(out, &format!("  {server:<11}{requests_per_second:>12.0}{cpu_us:>17.1} {spread:<17}{p50_ms:>9.2}{p99_ms:>9.2}{busy:>10.0} %"));
            }
        }
    }

    fn write_memory(&self, out: &mut String) {
        line(out, "\nstart and memory\n  server       first answer ms   idle MiB   after the load MiB");
        for Memory { server, mib } in &self.memory_after_load {
            let of_starts = |value: fn(&Start) -> f64| {
                let found = median(self.starts.iter().filter(|start| start.server == *server).map(value));
                found.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
            };
            let (first_answer, idle) = (of_starts(|start| start.first_answer_ms), of_starts(|start| start.idle_mib));
            line(out, &format!("  {server:<11}{first_answer:>17}{idle:>11}{mib:>21.1}"));
        }
    }

    fn write_verdicts(&self, out: &mut String) {
        if self.verdicts.is_empty() {
            return;
        }
        line(out, "\nGuesthouse against its budgets            measured      budget");
        for Verdict { what, unit, measured, budget, kept } in &self.verdicts {
            let decimals = if *unit == "x" { 3 } else { 1 };
            let word = if *kept { "ok" } else { "over" };
            line(out, &format!("  {what:<36}{measured:>8.decimals$} {unit:<3}{budget:>8.2} {unit:<3}  {word}"));
        }
    }

    fn write_noise(&self, out: &mut String) {
        let noisy = self.windows.iter().filter(|it| it.window.others_busy > MAX_OTHERS_BUSY).count();
        if noisy > 0 {
            let (all, limit) = (self.windows.len(), MAX_OTHERS_BUSY * 100.0);
            line(out, &format!("\nNot to be trusted: in {noisy} of {all} windows other processes used more than {limit} % of the machine."));
        }
    }
}

impl Line {
    fn of(windows: &[Measured], scenario: Scenario, server: Kind) -> Option<Self> {
        let values = |value: fn(&Window) -> f64| {
            let of_this = windows.iter().filter(move |it| it.scenario == scenario && it.server == server);
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

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("a string takes everything");
}
