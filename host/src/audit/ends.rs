//! How things that a version did ended, and how long its answers took.

use crate::runtime::Outcome;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a component can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It answers a request.
    Request,
    /// It answers another component that uses a service of it.
    Call,
    /// It runs a command.
    Command,
    /// It does what it does all the time.
    Work,
}

impl Deed {
    /// All there are, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Request, Self::Call, Self::Command, Self::Work];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Call => "call",
            Self::Command => "command",
            Self::Work => "work",
        }
    }
}

/// The upper ends of the classes of response times, in microseconds: each twice the one before.
pub const TIMES_US: [u64; 16] = {
    let mut ends = [0; 16];
    let mut index = 0;
    while index < ends.len() {
        ends[index] = 125 << index;
        index += 1;
    }
    ends
};

/// Counts of ends. Everything only grows.
#[derive(Debug, Default)]
pub struct Ends {
    outcomes: [[AtomicU64; Outcome::ALL.len()]; Deed::ALL.len()],
    /// Responses by the first digit of their status.
    statuses: [AtomicU64; 6],
    /// Responses by how long their head took; the last one is for all that took longer.
    times: [AtomicU64; TIMES_US.len() + 1],
    time_us: AtomicU64,
}

impl Ends {
    /// Counts how something ended.
    pub fn add(&self, deed: Deed, outcome: Outcome) {
        self.outcomes[deed as usize][outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the head of a response.
    pub fn add_response(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).min(self.statuses.len() - 1);
        self.statuses[class].fetch_add(1, Ordering::Relaxed);
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let time = TIMES_US.partition_point(|end| *end < took_us);
        self.times[time].fetch_add(1, Ordering::Relaxed);
        self.time_us.fetch_add(took_us, Ordering::Relaxed);
    }

    /// How often something ended so.
    pub fn count(&self, deed: Deed, outcome: Outcome) -> u64 {
        self.outcomes[deed as usize][outcome as usize].load(Ordering::Relaxed)
    }

    /// Responses whose status begins with this digit.
    pub fn responses(&self, class: usize) -> u64 {
        self.statuses
            .get(class)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Responses in each class of time, and the sum of all times in microseconds.
    pub fn times(&self) -> ([u64; TIMES_US.len() + 1], u64) {
        let times = std::array::from_fn(|index| self.times[index].load(Ordering::Relaxed));
        (times, self.time_us.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_is_in_one_class_of_status_and_of_time() {
        let ends = Ends::default();
        for (status, took_us) in [(200, 0), (204, 125), (404, 126), (503, u64::MAX / 1_000_000)] {
            ends.add_response(status, Duration::from_micros(took_us));
        }
        assert_eq!([2, 4, 5].map(|class| ends.responses(class)), [2, 1, 1]);
        let (times, _) = ends.times();
        assert_eq!((times[0], times[1], times[TIMES_US.len()]), (2, 1, 1));
    }

    #[test]
    fn words_and_numbers_go_together() {
        for (number, deed) in Deed::ALL.into_iter().enumerate() {
            assert_eq!(deed as usize, number);
        }
        for (number, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, number);
        }
    }
}
