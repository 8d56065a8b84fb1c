//! A request on its way through a component, from its first byte to the last one of its answer. However that ends, it is noted once.

use super::end::{End, Link};
use super::outcome::Outcome;
use super::running::Failure;
use super::shared::Shared;
use crate::audit::{Deed, Trace};
use http::StatusCode;
use std::sync::Arc;
use std::time::Duration;

/// Dropped before its end is known, it was cancelled: whoever asked went away.
pub struct Visit {
    shared: Arc<Shared>,
    trace: Arc<Trace>,
    /// The way to the instance that answers.
    link: Arc<Link>,
    status: Option<StatusCode>,
    /// Until there was an answer.
    answered: Option<Duration>,
    outcome: Outcome,
    /// Whether anything took time after there was an answer.
    waited: bool,
}

impl Visit {
    pub(super) fn begin(shared: &Arc<Shared>, trace: Arc<Trace>) -> Self {
        Self {
            shared: shared.clone(),
            trace,
            link: Arc::default(),
            status: None,
            answered: None,
            outcome: Outcome::Cancelled,
            waited: false,
        }
    }

    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    pub(super) fn trace(&self) -> &Arc<Trace> {
        &self.trace
    }

    /// There is an answer, the component's or one of the host's in its place; a body may still come.
    pub fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
        let took = self.trace.responded(status.as_u16());
        self.answered = Some(took);
        self.shared.granted.ledger.ends.add_response(status.as_u16(), took);
    }

    /// There is none, because of this.
    pub(super) fn failed(&mut self, failure: Failure) {
        self.outcome = failure.outcome(self.link.end().as_deref());
    }

    /// The body does not come at once.
    pub fn wait(&mut self) {
        self.waited = true;
    }

    /// The body has been sent to its end.
    pub fn done(&mut self) {
        if self.outcome == Outcome::Cancelled {
            self.outcome = Outcome::Ok;
        }
    }

    /// The body broke off.
    pub fn broke_off(&mut self) {
        self.outcome = self.link.end().map_or(Outcome::Trapped, |end| end.outcome());
    }

    /// Whether the instance that gives the body ended before its time. A body that it left looks complete.
    pub fn is_cut_off(&self) -> bool {
        self.link.end().is_some_and(|end| end.is_failed())
    }

    /// Whether the instance ended because it took too long.
    pub(super) fn has_timed_out(&self) -> bool {
        let is_timed_out = |end: Arc<End>| end.is_failed() && end.outcome() == Outcome::TimedOut;
        self.link.end().is_some_and(is_timed_out)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.link.leave(self.outcome == Outcome::Cancelled);
        // To ask the clock once more for what took no time is not worth it.
        let at_once = self.outcome == Outcome::Ok && !self.waited;
        let outcome = self.trace.end(self.outcome, self.answered.filter(|_| at_once));
        let trace = &self.trace;
        self.shared.probation.note_request(outcome, self.status, || {
            format!("{} {}, request {}", trace.method, trace.path, trace.id)
        });
        self.shared.note(Deed::Request, outcome, self.status);
    }
}
