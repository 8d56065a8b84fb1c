//! How far a fault test goes: some of it in an ordinary run, all of it where `GUESTHOUSE_FAULTS=whole` asks for that.

use crate::random::Random;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A fault test under way. It says how it began and how it ended; what fails is shown with the seed, by which it can be repeated.
pub struct Faults {
    name: &'static str,
    begun: Instant,
    whole: bool,
    pub random: Random,
}

impl Faults {
    /// Begins with the seed that `GUESTHOUSE_SEED` gives, or with one that nobody has had.
    pub fn begin(name: &'static str) -> Self {
        let given = std::env::var("GUESTHOUSE_SEED").ok();
        let seed = given.map_or_else(new_seed, |seed| seed.parse().expect("GUESTHOUSE_SEED is a number"));
        eprintln!("{name}: seed {seed}, {}", machine());
        Self {
            name,
            begun: Instant::now(),
            whole: std::env::var("GUESTHOUSE_FAULTS").is_ok_and(|extent| extent == "whole"),
            random: Random::new(seed),
        }
    }

    /// One of these: for an ordinary run, or for the whole of it.
    pub fn either<T>(&self, ordinary: T, whole: T) -> T {
        if self.whole { whole } else { ordinary }
    }

    /// Ends well.
    pub fn done(self, result: &str) {
        eprintln!("{}: {result}; {:.0} s", self.name, self.begun.elapsed().as_secs_f64());
    }
}

/// A moment of something that takes a while, how long being learnt on the way: half of the moments come before its end.
#[derive(Debug, Clone, Copy)]
pub struct Moment(Duration);

impl Moment {
    /// Of something that took so long where nobody hindered it.
    pub fn of(span: Duration) -> Self {
        Self(span * 2)
    }

    /// Waits for one.
    pub fn wait(&self, random: &mut Random) {
        std::thread::sleep(Duration::from_micros(random.below(self.0.as_micros() as u64)));
    }

    /// Says whether it was over by then.
    pub fn learn(&mut self, was_over: bool) {
        self.0 = if was_over { self.0 * 7 / 8 } else { self.0 * 8 / 7 };
    }
}

fn new_seed() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    // Short enough to be typed.
    time.expect("it is after 1970").as_nanos() as u64 % 1_000_000_000
}

/// The kind of machine, as far as results depend on it.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = information.lines().find_map(|line| line.strip_prefix("model name"));
    let name = name.map_or("unknown", |name| name.trim_start_matches([' ', '\t', ':']));
    format!("{cores} cores of {name}")
}
