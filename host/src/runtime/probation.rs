//! What a version that is new did of late, and whether too much of it failed.
//!
//! A version that nobody watches pays one relaxed load for each thing that it does; one that is watched, a few instructions more.

use super::outcome::Outcome;
use crate::limits::{PROBATION_CAUSE_BYTES_MAX, PROBATION_FAILURES_MAX, PROBATION_REMEMBERED};
use http::StatusCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Watches one version, where it is told to.
#[derive(Default)]
pub struct Probation {
    watching: AtomicBool,
    history: AtomicU64,
    /// What is touched when something fails, and not on the way of everything else.
    verdict: Mutex<Verdict>,
}

#[derive(Default)]
struct Verdict {
    /// Who is told once.
    wake: Option<Arc<Notify>>,
    /// The last request that failed.
    request: Option<String>,
    /// The last cause that is known.
    cause: Option<String>,
    /// The history with too many failures in it.
    failed: Option<History>,
}

impl Probation {
    /// Watches from now on, and wakes somebody when too much has failed.
    pub fn begin(&self, wake: Arc<Notify>) {
        self.locked().wake = Some(wake);
        self.watching.store(true, Ordering::Release);
    }

    /// Watches no more.
    pub fn end(&self) {
        self.watching.store(false, Ordering::Relaxed);
    }

    /// Notes how something ended, and the status where it was the answer of a request.
    pub fn note(&self, outcome: Outcome, status: Option<StatusCode>) {
        if !self.watching.load(Ordering::Relaxed) {
            return;
        }
        let Some(end) = End::of(outcome, status) else { return };
        let add = |history| Some(History(history).with(end).0);
        let (Ok(before) | Err(before)) = self.history.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        let now = History(before).with(end);
        // Whoever ends the watch is the one to tell it.
        if now.failures() >= PROBATION_FAILURES_MAX && self.watching.swap(false, Ordering::AcqRel) {
            let mut verdict = self.locked();
            verdict.failed = Some(now);
            if let Some(wake) = verdict.wake.take() {
                wake.notify_one();
            }
        }
    }

    /// Notes why something failed, before it is noted that it did.
    pub fn note_cause(&self, cause: impl FnOnce() -> String) {
        if self.watching.load(Ordering::Relaxed) {
            self.locked().cause = Some(cut_off(cause()));
        }
    }

    /// Notes which request failed, if it did, before it is noted that it did.
    pub fn note_request(&self, outcome: Outcome, status: Option<StatusCode>, request: impl FnOnce() -> String) {
        let failed = || outcome.is_failure() || End::of(outcome, status) == Some(End::ServerError);
        if self.watching.load(Ordering::Relaxed) && failed() {
            self.locked().request = Some(cut_off(request()));
        }
    }

    /// Says once, where too much has failed, what did.
    pub fn take_failed(&self) -> Option<String> {
        let mut verdict = self.locked();
        let failed = verdict.failed.take()?;
        let last = [&verdict.request, &verdict.cause].into_iter().flatten();
        let last: Vec<&str> = last.map(String::as_str).collect();
        Some(match &last[..] {
            [] => failed.to_string(),
            last => format!("{failed}; last: {}", last.join(": ")),
        })
    }

    fn locked(&self) -> MutexGuard<'_, Verdict> {
        self.verdict.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cut_off(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(PROBATION_CAUSE_BYTES_MAX));
    text
}

/// How something ended, as far as it says something about the version that did it. Zero stands for nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Well = 1,
    Trapped,
    TimedOut,
    OutOfMemory,
    /// It answered with a status of 500 or more.
    ServerError,
}

impl End {
    const FAILURES: [(Self, &'static str); 4] = [
        (Self::Trapped, "trapped"),
        (Self::TimedOut, "took too long"),
        (Self::OutOfMemory, "ran out of memory"),
        (Self::ServerError, "answered 5xx"),
    ];

    /// None for what was over before the version had a say.
    fn of(outcome: Outcome, status: Option<StatusCode>) -> Option<Self> {
        match outcome {
            Outcome::Trapped => Some(Self::Trapped),
            Outcome::TimedOut => Some(Self::TimedOut),
            Outcome::OutOfMemory => Some(Self::OutOfMemory),
            Outcome::Busy | Outcome::Cancelled => None,
            // To be denied something is no failure. To answer so all the same is one.
            Outcome::Ok | Outcome::Denied if status.is_some_and(|status| status.as_u16() >= 500) => {
                Some(Self::ServerError)
            }
            Outcome::Ok | Outcome::Denied => Some(Self::Well),
        }
    }
}

/// How the last things ended: three bits for each, the newest in the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct History(u64);

const BITS: u32 = 3;
const _: () = assert!(PROBATION_REMEMBERED * BITS < u64::BITS);

impl History {
    fn with(self, end: End) -> Self {
        Self((self.0 << BITS | end as u64) & ((1 << (PROBATION_REMEMBERED * BITS)) - 1))
    }

    fn count(self, is_meant: impl Fn(u64) -> bool) -> u32 {
        let ends = (0..PROBATION_REMEMBERED).map(|place| self.0 >> (place * BITS) & ((1 << BITS) - 1));
        ends.map(|end| u32::from(is_meant(end))).sum()
    }

    fn failures(self) -> u32 {
        self.count(|end| end > End::Well as u64)
    }
}

impl std::fmt::Display for History {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.count(|end| end > 0);
        write!(formatter, "{} of the last {all} failed: ", self.failures())?;
        let kinds = End::FAILURES.map(|(kind, name)| (self.count(|end| end == kind as u64), name));
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, name)| format!("{count} {name}")).collect();
        formatter.write_str(&kinds.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched() -> (Probation, Arc<Notify>) {
        let (probation, wake) = (Probation::default(), Arc::new(Notify::new()));
        probation.begin(wake.clone());
        (probation, wake)
    }

    fn note(probation: &Probation, times: u32, outcome: Outcome, status: Option<u16>) {
        let status = status.map(|status| StatusCode::from_u16(status).expect("a status"));
        (0..times).for_each(|_| probation.note(outcome, status));
    }

    #[test]
    fn the_fifth_failure_among_the_last_twenty_is_one_too_many() {
        let (probation, _) = watched();
        for _ in 0..50 {
            note(&probation, PROBATION_FAILURES_MAX - 1, Outcome::Trapped, None);
            note(
                &probation,
                PROBATION_REMEMBERED - PROBATION_FAILURES_MAX + 1,
                Outcome::Ok,
                Some(200),
            );
        }
        assert_eq!(probation.take_failed(), None);
        note(&probation, 100, Outcome::Ok, None);
        note(&probation, 2, Outcome::Ok, Some(503));
        note(&probation, 1, Outcome::TimedOut, None);
        note(&probation, 1, Outcome::OutOfMemory, None);
        probation.note_cause(|| "wasm trap".into());
        probation.note_request(Outcome::Ok, None, || "GET /well".into());
        probation.note_request(Outcome::Trapped, None, || "GET /page".into());
        assert_eq!(probation.take_failed(), None);
        note(&probation, 1, Outcome::Trapped, None);
        let said = "5 of the last 20 failed: 1 trapped, 1 took too long, 1 ran out of memory, 2 answered 5xx; last: GET /page: wasm trap";
        assert_eq!(probation.take_failed().as_deref(), Some(said));
        note(&probation, 100, Outcome::Trapped, None);
        assert_eq!(probation.take_failed(), None, "it is told once");
    }

    #[test]
    fn a_version_that_does_nothing_well_needs_no_twenty_tries() {
        let (probation, _) = watched();
        note(&probation, 5, Outcome::Denied, Some(500));
        assert_eq!(
            probation.take_failed().as_deref(),
            Some("5 of the last 5 failed: 5 answered 5xx")
        );
    }

    #[test]
    fn what_the_version_had_no_say_in_counts_for_nothing() {
        let (probation, _) = watched();
        note(&probation, 4, Outcome::Trapped, None);
        for outcome in [Outcome::Busy, Outcome::Cancelled] {
            note(&probation, 100, outcome, Some(503));
        }
        note(&probation, 1, Outcome::Denied, Some(403));
        assert_eq!(probation.take_failed(), None);
        note(&probation, 1, Outcome::Trapped, None);
        assert_eq!(
            probation.take_failed().as_deref(),
            Some("5 of the last 6 failed: 5 trapped")
        );
    }

    #[test]
    fn nothing_is_seen_before_the_probation_or_after_it() {
        let probation = Probation::default();
        note(&probation, 100, Outcome::Trapped, None);
        assert_eq!(probation.take_failed(), None);
        let (probation, _) = watched();
        probation.end();
        note(&probation, 100, Outcome::Trapped, None);
        assert_eq!(probation.take_failed(), None);
    }

    #[tokio::test]
    async fn of_many_who_fail_at_once_one_tells_it() {
        let (probation, wake) = watched();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| note(&probation, 1000, Outcome::Trapped, None));
            }
        });
        wake.notified().await;
        assert!(
            probation
                .take_failed()
                .is_some_and(|said| said.starts_with("5 of the last 5"))
        );
        assert!(probation.take_failed().is_none());
    }

    #[test]
    fn a_long_cause_is_cut_off() {
        let (probation, _) = watched();
        probation.note_cause(|| "ä".repeat(PROBATION_CAUSE_BYTES_MAX));
        note(&probation, 5, Outcome::Trapped, None);
        let said = probation.take_failed().expect("it failed");
        assert!(said.len() < PROBATION_CAUSE_BYTES_MAX + 60, "{said}");
    }
}
