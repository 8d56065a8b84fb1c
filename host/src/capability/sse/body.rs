//! The body of a listener's response: events as they come, and comments that keep the connection alive.

use super::super::bindings::sse::Reason;
use super::chunk::Chunk;
use super::hub::Hub;
use super::listener::Listener;
use crate::faults::{self, Place};
use crate::limits;
use bytes::Bytes;
use http_body::{Body, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::{Instant, Sleep, sleep_until};

/// What comes at once, so that the head of the response goes out.
const FIRST: &[u8] = b": ping\n\n";
/// What comes after silence.
const HEARTBEAT: &[u8] = b":\n\n";

/// What a component holds in the place of the body. Whoever gets the response to send it takes the listener out of the hub; where
/// nobody does the listener ends with this.
pub struct Placeholder {
    pub hub: Arc<Hub>,
    pub number: u64,
}

impl Drop for Placeholder {
    fn drop(&mut self) {
        if let Some(listener) = self.hub.claim(self.number) {
            self.hub.end(&listener, None, Reason::Disconnected);
        }
    }
}

impl Body for Placeholder {
    type Data = Bytes;
    type Error = Infallible;

    /// A component that reads it finds nothing.
    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }
}

/// The body as a connection sends it. No instance has a part in it.
pub struct Listening {
    hub: Arc<Hub>,
    listener: Arc<Listener>,
    begun: bool,
    done: bool,
    /// When something was sent last.
    sent: Instant,
    /// Fires at or before the time when something is due, and is then set anew: most events would reset it for nothing.
    alarm: Pin<Box<Sleep>>,
}

impl Listening {
    pub fn new(hub: Arc<Hub>, listener: Arc<Listener>) -> Self {
        let now = Instant::now();
        Self {
            hub,
            listener,
            begun: false,
            done: false,
            sent: now,
            alarm: Box::pin(sleep_until(now + limits::SSE_HEARTBEAT)),
        }
    }

    /// Ends it before it begins: a request that asks for the head alone gets no body.
    pub fn end(&mut self) {
        self.done = true;
        self.hub.end(&self.listener, None, Reason::Closed);
    }

    /// What is due now that nothing else is to be sent: a comment, or the end of a listener that nobody released.
    fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<Option<Chunk>> {
        loop {
            let heartbeat = self.sent + limits::SSE_HEARTBEAT;
            let release = self.listener.release_by().map(Instant::from_std);
            let due = release.map_or(heartbeat, |release| release.min(heartbeat));
            if self.alarm.deadline() > due {
                self.alarm.as_mut().reset(due);
            }
            if self.alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            if release.is_some_and(|release| now >= release) {
                self.done = true;
                self.hub.end(&self.listener, None, Reason::Closed);
                return Poll::Ready(None);
            }
            if now >= heartbeat {
                return Poll::Ready(Some(Bytes::from_static(HEARTBEAT).into()));
            }
            self.alarm.as_mut().reset(due);
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Chunk>> {
        if self.done {
            return Poll::Ready(None);
        }
        if !self.begun {
            self.begun = true;
            return Poll::Ready(Some(Bytes::from_static(FIRST).into()));
        }
        match self.listener.poll_next(context) {
            Poll::Pending => self.poll_alarm(context),
            next => {
                self.done = matches!(next, Poll::Ready(None));
                next
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if !self.done {
            self.hub.end(&self.listener, None, Reason::Disconnected);
        }
    }
}

impl Body for Listening {
    type Data = Chunk;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunk>, Infallible>>> {
        faults::visit(Place::Listener);
        let chunk = self.poll_chunk(context);
        if chunk.is_ready() {
            self.sent = Instant::now();
        }
        chunk.map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.done
    }
}
