//! The budgets of the design, and whether a run keeps them.

use serde::Serialize;

use crate::cold::Start;
use crate::rounds::Measured;
use crate::scenario::Scenario;
use crate::statistics::median;
use crate::subject::Kind;

/// CPU time per request of Guesthouse, as a ratio to that of the peer.
const RATIOS: [(Scenario, Kind, f64); 5] = [
    (Scenario::Hello, Kind::Hyper, 2.0),
    (Scenario::Read, Kind::PocketBase, 0.18),
    (Scenario::List, Kind::PocketBase, 0.20),
    (Scenario::Update, Kind::PocketBase, 0.15),
    (Scenario::Insert, Kind::PocketBase, 0.18),
];
/// What it may cost to know the caller, and what a rule about them beside, as ratios to the same read without.
const KNOWN: [(Scenario, f64); 2] = [(Scenario::SignedIn, 1.15), (Scenario::Owned, 1.3)];
const FIRST_ANSWER_MS: f64 = 40.0;
const IDLE_MIB: f64 = 80.0;

#[derive(Debug, Serialize)]
pub struct Verdict {
    pub what: String,
    pub unit: &'static str,
    /// The median of what was measured, with the extremes.
    pub measured: f64,
    pub lowest: f64,
    pub highest: f64,
    pub budget: f64,
    pub kept: bool,
}

/// One verdict for each budget that the run measured both sides of. To the baseline every scenario is compared.
pub fn all(measured: &[Measured], starts: &[Start], baseline_percent: f64) -> Vec<Verdict> {
    let to_peers = RATIOS.iter().filter_map(|&(scenario, peer, budget)| {
        let ratios = ratios(measured, scenario, (scenario, peer));
        verdict(format!("CPU per {scenario} / {peer}'s"), "x", ratios, budget)
    });
    let known = KNOWN.iter().filter_map(|&(scenario, budget)| {
        let ratios = ratios(measured, scenario, (Scenario::Read, Kind::Guesthouse));
        verdict(format!("CPU per {scenario} / read"), "x", ratios, budget)
    });
    let before = Scenario::ALL.into_iter().filter_map(|scenario| {
        let ratios = ratios(measured, scenario, (scenario, Kind::Baseline));
        let budget = 1.0 + baseline_percent / 100.0;
        verdict(format!("CPU per {scenario} / baseline's"), "x", ratios, budget)
    });
    let ours = || starts.iter().filter(|start| start.server == Kind::Guesthouse);
    let first_answer_ms = ours().map(|start| start.first_answer_ms);
    let first_answer = "first answer, warm directory".to_owned();
    let first_answer = verdict(first_answer, "ms", first_answer_ms, FIRST_ANSWER_MS);
    let idle_mib = ours().map(|start| start.idle_mib);
    let idle = verdict("resident memory, idle".to_owned(), "MiB", idle_mib, IDLE_MIB);
    to_peers
        .chain(known)
        .chain(before)
        .chain(first_answer)
        .chain(idle)
        .collect()
}

/// The ratio of each round: both its sides are measured within seconds, so most of the drift cancels out.
fn ratios(measured: &[Measured], scenario: Scenario, peer: (Scenario, Kind)) -> impl Iterator<Item = f64> {
    let cpu_us = move |round, (scenario, server)| {
        let found = measured
            .iter()
            .find(|it| it.round == round && it.scenario == scenario && it.server == server)?;
        Some(found.window.cpu_us)
    };
    let rounds = 1..=measured.iter().map(|it| it.round).max().unwrap_or(0);
    rounds.filter_map(move |round| Some(cpu_us(round, (scenario, Kind::Guesthouse))? / cpu_us(round, peer)?))
}

/// None of nothing.
fn verdict(what: String, unit: &'static str, values: impl Iterator<Item = f64>, budget: f64) -> Option<Verdict> {
    let values: Vec<f64> = values.collect();
    let measured = median(values.iter().copied())?;
    Some(Verdict {
        what,
        unit,
        measured,
        lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
        highest: values.iter().copied().fold(0.0, f64::max),
        budget,
        kept: measured <= budget,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Window;

    fn measured(round: u32, server: Kind, cpu_us: f64) -> Measured {
        let window = Window {
            requests: 1,
            requests_per_second: 1.0,
            cpu_us,
            p50_ms: 1.0,
            p99_ms: 1.0,
            server_busy: 1.0,
            others_busy: 0.0,
        };
        Measured {
            round,
            scenario: Scenario::Read,
            server,
            window,
        }
    }

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let windows = [
            measured(1, Kind::Guesthouse, 20.0),
            measured(1, Kind::PocketBase, 100.0),
            measured(2, Kind::Guesthouse, 30.0),
            measured(2, Kind::PocketBase, 300.0),
            measured(3, Kind::Guesthouse, 80.0),
            measured(3, Kind::PocketBase, 100.0),
        ];
        let verdicts = all(&windows, &[], 0.0);
        assert_eq!(verdicts.len(), 1);
        assert!((verdicts[0].measured - 0.2).abs() < 1e-9);
        assert!((verdicts[0].lowest - 0.1).abs() < 1e-9);
        assert!((verdicts[0].highest - 0.8).abs() < 1e-9);
        assert!(!verdicts[0].kept);
    }

    #[test]
    fn a_baseline_is_compared_with_what_it_may_cost_more() {
        let windows = [measured(1, Kind::Guesthouse, 102.0), measured(1, Kind::Baseline, 100.0)];
        let kept = |percent| {
            all(&windows, &[], percent)
                .iter()
                .map(|verdict| verdict.kept)
                .collect::<Vec<_>>()
        };
        assert_eq!((kept(3.0), kept(1.0)), (vec![true], vec![false]));
    }

    #[test]
    fn without_the_peer_there_is_no_ratio() {
        assert!(all(&[measured(1, Kind::Guesthouse, 20.0)], &[], 0.0).is_empty());
    }

    #[test]
    fn a_start_within_the_budget_is_ok() {
        let start = Start {
            server: Kind::Guesthouse,
            first_answer_ms: 39.0,
            idle_mib: 81.0,
        };
        let kept: Vec<bool> = all(&[], &[start], 0.0).iter().map(|verdict| verdict.kept).collect();
        assert_eq!(kept, [true, false]);
    }
}
