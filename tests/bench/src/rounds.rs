//! The order of the windows: every server in turn, there and back again, so that a machine that drifts is unfair to none.

use std::rc::Rc;

use anyhow::Context as _;
use serde::Serialize;

use crate::load::{self, Window};
use crate::options::Options;
use crate::scenario::Scenario;
use crate::subject::{Kind, Subject};

#[derive(Debug, Serialize)]
pub struct Measured {
    pub round: u32,
    pub scenario: Scenario,
    pub server: Kind,
    #[serde(flatten)]
    pub window: Window,
}

pub async fn measure(subjects: &[Rc<Subject>], options: &Options) -> anyhow::Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for round in 1..=options.rounds {
        for scenario in options.scenarios() {
            let mut turns: Vec<_> = subjects.iter().filter(|subject| subject.answers(scenario)).collect();
            // Whoever always comes first, or always last, may have it harder.
            if round.is_multiple_of(2) {
                turns.reverse();
            }
            for subject in turns {
                let server = subject.kind;
                let window = load::measure(subject, scenario, options).await;
                let window = window.with_context(|| format!("{server}: {scenario}, round {round}"))?;
                eprintln!(
                    "round {round} of {}: {scenario:<10}{server:<11}{:>9.0} requests/s {:>7.1} us CPU/request",
                    options.rounds, window.requests_per_second, window.cpu_us
                );
                measured.push(Measured {
                    round,
                    scenario,
                    server,
                    window,
                });
            }
        }
    }
    Ok(measured)
}
