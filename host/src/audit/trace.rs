//! One request: its number, what component code asked of the host on its behalf, and how it ended.

use super::ledger::{Footprint, Ledger, Verdict};
use super::trace_context::TraceContext;
use crate::components::clock;
use crate::limits;
use crate::runtime::Outcome;
use http::{HeaderValue, Method};
use smallvec::SmallVec;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of a request, another one for each. It is written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// One that was not used yet. A server begins somewhere, so that numbers of another start are no numbers of this one.
    pub fn next() -> Self {
        static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(uuid::Uuid::new_v4().as_u64_pair().0));
        // Odd, so that all numbers come up before one comes again; consecutive ones look unlike.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let number = NEXT.fetch_add(STEP, Ordering::Relaxed);
        // Zero is no number of a span.
        Self(number.max(1))
    }

    /// As a number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The digits.
    pub fn digits(self) -> [u8; 16] {
        std::array::from_fn(|place| {
            let digit = (self.0 >> (60 - 4 * place)) & 0xf;
            b"0123456789abcdef"[digit as usize]
        })
    }
}

impl From<RequestId> for HeaderValue {
    fn from(id: RequestId) -> Self {
        HeaderValue::from_bytes(&id.digits()).expect("digits are what a field may hold")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl FromStr for RequestId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_number = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_number);
        number.map(Self).ok_or(())
    }
}

/// A request to a component.
#[derive(Debug)]
pub struct Trace {
    pub id: RequestId,
    /// The wider trace that it belongs to.
    pub context: TraceContext,
    /// The version that answers it.
    pub ledger: Arc<Ledger>,
    pub method: Method,
    /// Without its query, where secrets may be; cut off where it is long.
    pub path: Box<str>,
    pub begun: Instant,
    progress: Mutex<Progress>,
}

/// How far a request has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The first calls.
    pub calls: SmallVec<[Noted; 2]>,
    /// Calls after those.
    pub more: u64,
    pub denied: bool,
    /// The status of the response, once there is one.
    pub status: Option<u16>,
    pub end: Option<(Outcome, Duration)>,
}

/// A call on behalf of a request.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Since the request began.
    pub after: Duration,
    /// Whose call it was, where it was not that of the version that answers the request.
    pub ledger: Option<Arc<Ledger>>,
    /// The function, such as `sqlite.query`.
    pub function: &'static str,
    /// What it was about.
    pub footprint: Footprint,
    pub verdict: Verdict,
}

impl Trace {
    /// Of a request that begins now.
    pub fn begin(ledger: Arc<Ledger>, method: Method, path: &str, context: Option<TraceContext>) -> Arc<Self> {
        let id = RequestId::next();
        let path = &path[..path.floor_char_boundary(limits::REQUEST_PATH_KEPT_BYTES)];
        Arc::new(Self {
            id,
            context: context.unwrap_or_else(|| TraceContext::begin(id)),
            ledger,
            method,
            path: path.into(),
            begun: Instant::now(),
            progress: Mutex::default(),
        })
    }

    /// Notes a call of the version that `ledger` is of.
    pub fn note(&self, ledger: &Arc<Ledger>, function: &'static str, footprint: Footprint, verdict: Verdict) {
        let after = self.begun.elapsed();
        let mut progress = self.locked();
        progress.denied |= verdict == Verdict::Denied;
        if progress.calls.len() >= limits::REQUEST_CALLS_KEPT {
            progress.more += 1;
            return;
        }
        progress.calls.push(Noted {
            after,
            ledger: (!Arc::ptr_eq(ledger, &self.ledger)).then(|| ledger.clone()),
            function,
            footprint,
            verdict,
        });
    }

    /// Notes the status of the response; returns how long it took.
    pub fn responded(&self, status: u16) -> Duration {
        self.locked().status = Some(status);
        self.begun.elapsed()
    }

    /// Notes how it ended, just now or after that time. Returns the outcome that counts: where something was denied, that is more than `ok`.
    pub fn end(&self, outcome: Outcome, took: Option<Duration>) -> Outcome {
        let took = took.unwrap_or_else(|| self.begun.elapsed());
        let mut progress = self.locked();
        let outcome = match outcome {
            Outcome::Ok if progress.denied => Outcome::Denied,
            outcome => outcome,
        };
        progress.end = Some((outcome, took));
        outcome
    }

    /// When it began, in milliseconds since 1970, by today's clock.
    pub fn begun_ms(&self) -> i64 {
        let ago = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        clock::now_ms().saturating_sub(ago)
    }

    /// Whether it has ended, and nothing went wrong or was denied.
    pub fn is_well(&self) -> bool {
        matches!(self.locked().end, Some((Outcome::Ok, _)))
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.locked().end.is_some()
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_it_is_read_and_never_used_twice() {
        let ids: Vec<_> = (0..1000).map(|_| RequestId::next()).collect();
        for id in &ids {
            assert_eq!(id.to_string().parse(), Ok(*id));
            assert_eq!(id.to_string().as_bytes(), id.digits());
        }
        let different: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        for wrong in ["", "0", "+123456789abcdef", "0123456789abcdefg", "0123456789abcdeg"] {
            assert_eq!(wrong.parse::<RequestId>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn calls_beyond_the_limit_are_only_counted() {
        let ledger = Arc::new(Ledger::new("a".into(), 1));
        let trace = Trace::begin(ledger.clone(), Method::GET, &"/ä".repeat(1000), None);
        assert!(trace.path.len() <= limits::REQUEST_PATH_KEPT_BYTES);
        for _ in 0..limits::REQUEST_CALLS_KEPT + 5 {
            let footprint = ledger.footprint(["sqlite main: read a"]);
            trace.note(&ledger, "sqlite.query", footprint, Verdict::Allowed);
        }
        let progress = trace.progress();
        assert_eq!((progress.calls.len(), progress.more), (limits::REQUEST_CALLS_KEPT, 5));
        assert_eq!(trace.end(Outcome::Ok, None), Outcome::Ok);
        trace.note(&ledger, "sqlite.query", ledger.footprint(["b"]), Verdict::Denied);
        assert_eq!(trace.end(Outcome::Ok, None), Outcome::Denied);
        assert_eq!(trace.end(Outcome::Trapped, None), Outcome::Trapped);
    }
}
