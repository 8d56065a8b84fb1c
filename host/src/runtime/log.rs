//! The standard output and error of a component become lines of its log, and of what the server writes to standard error.

use super::state::Granted;
use crate::limits;
use crate::logs::{Logs, Stream};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// One of the two streams of one version.
#[derive(Clone)]
pub struct Output {
    logs: Arc<Logs>,
    component: Arc<str>,
    version: u64,
    stream: Stream,
}

impl Output {
    pub fn new(granted: &Granted, stream: Stream) -> Self {
        Self {
            logs: granted.logs.clone(),
            component: granted.ledger.component.clone(),
            version: granted.ledger.version,
            stream,
        }
    }

    fn write(&self, line: &str) {
        let (component, stream) = (&self.component, self.stream.as_str());
        tracing::info!(target: "component", %component, stream, "{}", line.escape_debug());
        self.logs.output(component, self.version, self.stream, line);
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines {
            output: self.clone(),
            line: Vec::new(),
        })
    }
}

/// Cuts what is written into lines. It never waits: a log that is slow must not hold a component.
struct Lines {
    output: Output,
    line: Vec<u8>,
}

impl Lines {
    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.output.write(&String::from_utf8_lossy(&self.line));
            self.line.clear();
        }
    }
}

impl AsyncWrite for Lines {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = limits::LOG_LINE_BYTES_MAX.saturating_sub(self.line.len());
            self.line.extend(&text[..text.len().min(room)]);
            if text.len() < piece.len() {
                self.end_line();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.end_line();
    }
}

/// An error in words, what it comes from first: the end of a long one, such as a backtrace, may be cut off.
pub fn explain(error: &wasmtime::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let causes: Vec<&str> = causes.iter().rev().map(|cause| cause.trim_end()).collect();
    causes.join("\n")
}
