//! What the kernel's accounting says about a process and its descendants: CPU time and resident memory.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// One line of `/proc/<pid>/stat`, as far as it is used.
struct Stat {
    pid: u32,
    parent: u32,
    /// User and system time of all threads, also of those that have ended.
    own_ticks: u64,
    /// The same of children that have ended and were waited for.
    ended_children_ticks: u64,
}

/// CPU time that the process and all its descendants have used so far.
///
/// Taken from `stat` and not from the finer `schedstat` of the threads, for the latter forgets a thread that has ended.
/// Its unit of 10 ms is 0.2 % of a window of five seconds.
pub fn cpu_time_of_tree(pid: u32) -> anyhow::Result<Duration> {
    Ok(ticks_to_time(
        tree(pid)?
            .iter()
            .map(|stat| stat.own_ticks + stat.ended_children_ticks)
            .sum(),
    ))
}

/// CPU time of this process alone.
pub fn cpu_time_of_this() -> anyhow::Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let stat = parse_stat(std::process::id(), &text).context("cannot understand /proc/self/stat")?;
    Ok(ticks_to_time(stat.own_ticks))
}

/// Resident memory of the process and all its descendants. A descendant that has ended has none: PocketBase starts a browser where there
/// is none, and does not wait for it.
pub fn resident_bytes_of_tree(pid: u32) -> anyhow::Result<u64> {
    let of_one = |stat: &Stat| match resident_bytes(stat.pid) {
        Err(_) if stat.pid != pid => Ok(0),
        bytes => bytes,
    };
    tree(pid)?.iter().map(of_one).sum()
}

/// CPU time of everything on this machine since it started, including what another machine took from this one.
pub fn cpu_time_of_machine() -> anyhow::Result<Duration> {
    /// Columns of the `cpu` line that are not work: idle and waiting for a disk.
    const NOT_WORK: [usize; 2] = [3, 4];
    /// Columns behind this one count guests, which are in the first two already.
    const LAST_COLUMN: usize = 7;
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let mut ticks = 0;
    for (column, word) in line.split_ascii_whitespace().skip(1).enumerate().take(LAST_COLUMN + 1) {
        if !NOT_WORK.contains(&column) {
            ticks += word.parse::<u64>().context("a number in /proc/stat")?;
        }
    }
    Ok(ticks_to_time(ticks))
}

pub fn cores_of_machine() -> anyhow::Result<usize> {
    let text = fs::read_to_string("/proc/stat")?;
    // One line for each core, after one for all of them.
    Ok(text
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("cpu"))
        .count()
        .max(1))
}

/// The process and its descendants. A process that ends while this reads is left out.
fn tree(root: u32) -> anyhow::Result<Vec<Stat>> {
    let mut others = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Ok(text) = fs::read_to_string(format!("/proc/{pid}/stat")) {
            others.push(parse_stat(pid, &text).with_context(|| format!("cannot understand /proc/{pid}/stat"))?);
        }
    }
    let mut found: Vec<Stat> = Vec::new();
    let mut pids = HashSet::from([root]);
    loop {
        let (belongs, rest): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|stat| pids.contains(&stat.pid) || pids.contains(&stat.parent));
        if belongs.is_empty() {
            break;
        }
        pids.extend(belongs.iter().map(|stat| stat.pid));
        found.extend(belongs);
        others = rest;
    }
    anyhow::ensure!(
        found.iter().any(|stat| stat.pid == root),
        "the process {root} has ended"
    );
    Ok(found)
}

/// The name of the program stands in brackets and may hold anything: the fields are counted from the last bracket.
fn parse_stat(pid: u32, text: &str) -> Option<Stat> {
    const PARENT: usize = 1;
    const OWN_TIMES: [usize; 2] = [11, 12];
    const ENDED_CHILDREN_TIMES: [usize; 2] = [13, 14];
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let sum = |[user, system]: [usize; 2]| Some(number(user)? + number(system)?);
    Some(Stat {
        pid,
        parent: fields.get(PARENT)?.parse().ok()?,
        own_ticks: sum(OWN_TIMES)?,
        ended_children_ticks: sum(ENDED_CHILDREN_TIMES)?,
    })
}

/// From `smaps_rollup`, which is exact; the counters in `stat` and `status` may lag behind.
fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .with_context(|| format!("no Rss in {path}"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse()?;
    Ok(kibibytes * 1024)
}

fn ticks_to_time(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let stat = parse_stat(7, "7 (a) b) S 3 7 7 0 -1 4194304 93 0 0 0 105 20 30 4 20 0 1").unwrap();
        assert_eq!((stat.parent, stat.own_ticks, stat.ended_children_ticks), (3, 125, 34));
    }

    #[test]
    fn this_process_has_resident_memory() {
        assert!(resident_bytes_of_tree(std::process::id()).unwrap() > 100_000);
    }
}
