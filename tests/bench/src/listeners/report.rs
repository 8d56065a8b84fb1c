//! A run of listeners as a table for people, and whether it keeps the budgets.

use std::fmt::{Display, Formatter, Result};

use super::{Report, of};
use crate::sample::MAX_OTHERS_BUSY;
use crate::subject::Kind;

/// Of 10,000 listeners who hear nothing.
const IDLE_KIB_EACH: f64 = 20.0;
/// From one change to the last of all listeners.
const HIGHEST_MS: f64 = 1000.0;
const BUDGETS_AT: u32 = 10_000;

impl Display for Report<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let options = self.options;
        writeln!(
            out,
            "Server on core {}, listeners on core {}; {} inserts a second for {} s.\n",
            self.cores.server, self.cores.load, options.writes_per_second, options.seconds
        )?;
        writeln!(
            out,
            "server      listeners   idle KiB each   CPU us/event    p50 ms    p99 ms  highest ms   insert p50    p99 ms   core busy   load busy"
        )?;
        for it in &self.measured {
            writeln!(
                out,
                "{:<11}{:>10}{:>16}{:>15}{:>10.1}{:>10.1}{:>12.1}{:>13.1}{:>10.1}{:>10.0} %{:>10.0} %",
                it.server,
                it.listeners,
                it.idle_kib_each.map_or("-".to_owned(), |kib| format!("{kib:.1}")),
                it.cpu_us_per_event.map_or("-".to_owned(), |us| format!("{us:.2}")),
                it.p50_ms,
                it.p99_ms,
                it.highest_ms,
                it.insert_p50_ms,
                it.insert_p99_ms,
                it.server_busy * 100.0,
                it.load_busy * 100.0
            )?;
        }
        self.write_budgets(out)?;
        self.write_noise(out)
    }
}

impl Report<'_> {
    fn write_budgets(&self, out: &mut Formatter<'_>) -> Result {
        let Some(ours) = of(&self.measured, Kind::Guesthouse, BUDGETS_AT) else {
            return Ok(());
        };
        let word = |kept: bool| if kept { "ok" } else { "over" };
        let (idle, highest) = (ours.idle_kib_each.unwrap_or_default(), ours.highest_ms);
        writeln!(out, "\nGuesthouse against its budgets, {BUDGETS_AT} listeners")?;
        let kept = word(idle <= IDLE_KIB_EACH);
        writeln!(
            out,
            "  idle memory each   {idle:>8.1} KiB <= {IDLE_KIB_EACH:>6.0} KiB  {kept}"
        )?;
        let kept = word(highest <= HIGHEST_MS);
        writeln!(
            out,
            "  a change to all    {highest:>8.1} ms  <= {HIGHEST_MS:>6.0} ms   {kept}"
        )
    }

    fn write_noise(&self, out: &mut Formatter<'_>) -> Result {
        let noisy = self.measured.iter().filter(|it| it.others_busy > MAX_OTHERS_BUSY);
        for it in noisy {
            let (server, listeners, percent) = (it.server, it.listeners, it.others_busy * 100.0);
            writeln!(
                out,
                "\nNot to be trusted: {percent:.0} % of the machine was used by others with {listeners} listeners of {server}."
            )?;
        }
        Ok(())
    }
}
