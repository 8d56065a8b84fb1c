//! How something that a component did ended, in the words that logs, metrics and the audit share.

use std::fmt;

/// How a request, a call of a service, a command or a run of a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was done; what was answered may say that it went wrong.
    Ok,
    /// It was done, and something that the component wanted to do for it was denied.
    Denied,
    /// The code trapped, did not start, or answered in a way that is no answer.
    Trapped,
    /// It took longer than its time limit.
    TimedOut,
    /// It trapped after it had asked for more memory than it may have.
    OutOfMemory,
    /// Whoever asked went away before it was done.
    Cancelled,
    /// The component had too much to do, and never saw it.
    Busy,
}

impl Outcome {
    /// All there are, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Denied,
        Self::Trapped,
        Self::TimedOut,
        Self::OutOfMemory,
        Self::Cancelled,
        Self::Busy,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Trapped => "trapped",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
            Self::Cancelled => "cancelled",
            Self::Busy => "busy",
        }
    }

    /// Whether the component's own code is to blame.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Trapped | Self::TimedOut | Self::OutOfMemory)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
