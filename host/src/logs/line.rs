//! A line of a log: as it waits to be written, and as it is read again.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    Stdout,
    Stderr,
    /// The host, which says something about the component.
    Host,
}

impl Stream {
    pub fn as_str(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::Host => "host",
        }
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        [Stream::Stdout, Stream::Stderr, Stream::Host]
            .into_iter()
            .find(|stream| stream.as_str() == text)
    }
}

/// A line that waits to be written.
#[derive(Debug, Clone)]
pub struct Line {
    pub time_ms: i64,
    pub component: Arc<str>,
    pub version: u64,
    pub stream: Stream,
    pub text: String,
}

impl Line {
    pub fn bytes(&self) -> usize {
        bytes(&self.text)
    }
}

/// What a line counts against the limits of bytes, in memory and on the disk.
pub fn bytes(text: &str) -> usize {
    text.len() + limits::LOG_LINE_OVERHEAD_BYTES
}

/// A line that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Larger than that of any line before it, whichever component's.
    pub number: u64,
    /// RFC 3339, with milliseconds.
    pub time: String,
    pub version: u64,
    pub stream: Stream,
    /// As it was written: it may hold anything but the end of a line.
    pub text: String,
}

/// A text of several lines, such as a backtrace, as one; the end of a long one is cut off.
pub fn one_line(text: &str) -> String {
    let pieces = text.lines().map(str::trim).filter(|piece| !piece.is_empty());
    let mut line = pieces.collect::<Vec<_>>().join(" | ");
    line.truncate(line.floor_char_boundary(limits::LOG_LINE_BYTES_MAX));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtrace_becomes_one_line_of_bounded_length() {
        assert_eq!(
            one_line("it trapped:\n\n   0: main\r\n   1: start\n"),
            "it trapped: | 0: main | 1: start"
        );
        let long = one_line(&"\u{e4}".repeat(limits::LOG_LINE_BYTES_MAX));
        assert_eq!(long.len(), limits::LOG_LINE_BYTES_MAX);
        let odd = one_line(&format!("x{}", "\u{e4}".repeat(limits::LOG_LINE_BYTES_MAX)));
        assert_eq!(odd.len(), limits::LOG_LINE_BYTES_MAX - 1);
    }
}
