//! A report as tables for people.

use std::fmt::{Display, Formatter, Result};

use crate::cold::Start;
use crate::report::{Line, Report};
use crate::sample::MAX_OTHERS_BUSY;
use crate::statistics::median;
use crate::subject::Kind;

impl Display for Report<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.write_scenarios(out)?;
        self.write_memory(out)?;
        self.write_verdicts(out)?;
        self.write_noise(out)
    }
}

impl Report<'_> {
    fn write_scenarios(&self, out: &mut Formatter<'_>) -> Result {
        let options = self.options;
        write!(out, "Server on core {}, ", self.cores.server)?;
        write!(
            out,
            "{} connections of load on core {}; ",
            options.connections, self.cores.load
        )?;
        writeln!(out, "medians of {} rounds of {} s.", options.rounds, options.seconds)?;
        for scenario in options.scenarios() {
            let mut lines = self.medians.iter().filter(|line| line.scenario == scenario).peekable();
            if lines.peek().is_none() {
                continue;
            }
            writeln!(out, "\n{scenario}: {}", scenario.describe())?;
            writeln!(
                out,
                "  server      requests/s  CPU us/request (low-high)      p50 ms   p99 ms  core busy"
            )?;
            lines.try_for_each(|line| write_line(out, line))?;
        }
        Ok(())
    }

    fn write_memory(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "\nstart and memory")?;
        writeln!(out, "  server      first answer ms   idle MiB   after the load MiB")?;
        for memory in &self.memory_after_load {
            let first_answer = self.median_of_starts(memory.server, |start| start.first_answer_ms);
            let idle = self.median_of_starts(memory.server, |start| start.idle_mib);
            writeln!(
                out,
                "  {:<11}{first_answer:>16}{idle:>11}{:>21.1}",
                memory.server, memory.mib
            )?;
        }
        Ok(())
    }

    /// A dash where the server was not started again.
    fn median_of_starts(&self, server: Kind, value: fn(&Start) -> f64) -> String {
        let starts = self.starts.iter().filter(|start| start.server == server);
        median(starts.map(value)).map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
    }

    fn write_verdicts(&self, out: &mut Formatter<'_>) -> Result {
        if self.verdicts.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\nGuesthouse against its budgets        measured (low-high)             budget"
        )?;
        for verdict in &self.verdicts {
            let decimals = if verdict.unit == "x" { 3 } else { 1 };
            let word = if verdict.kept { "ok" } else { "over" };
            let range = format!("({:.decimals$}-{:.decimals$})", verdict.lowest, verdict.highest);
            write!(
                out,
                "  {:<34}{:>8.decimals$} {range:<15}",
                verdict.what, verdict.measured
            )?;
            writeln!(out, " {:<3} <= {:>5.2}  {word}", verdict.unit, verdict.budget)?;
        }
        Ok(())
    }

    fn write_noise(&self, out: &mut Formatter<'_>) -> Result {
        let noisy = self
            .windows
            .iter()
            .filter(|it| it.window.others_busy > MAX_OTHERS_BUSY)
            .count();
        if noisy > 0 {
            let (all, percent) = (self.windows.len(), MAX_OTHERS_BUSY * 100.0);
            writeln!(
                out,
                "\nNot to be trusted: in {noisy} of {all} windows, others used over {percent} % of the machine."
            )?;
        }
        Ok(())
    }
}

fn write_line(out: &mut Formatter<'_>, line: &Line) -> Result {
    let range = format!("({:.1}-{:.1})", line.cpu_us_lowest, line.cpu_us_highest);
    write!(
        out,
        "  {:<11}{:>11.0}{:>12.1} {range:<18}",
        line.server, line.requests_per_second, line.cpu_us
    )?;
    writeln!(
        out,
        "{:>9.2}{:>9.2}{:>9.0} %",
        line.p50_ms,
        line.p99_ms,
        line.server_busy * 100.0
    )
}
