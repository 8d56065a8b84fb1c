//! One listener: what waits for it, and what happens when too much does.

use super::super::bindings::sse::Reason;
use super::chunk::Chunk;
use super::event::{Charge, Event};
use crate::limits;
use std::collections::VecDeque;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// What stays as it was accepted.
pub struct Terms {
    pub topics: Box<[Arc<str>]>,
    pub label: Box<str>,
    /// Whether it gets `id:` lines.
    pub ids: bool,
    /// What is put in the place of events that did not fit; nothing where it is closed then.
    pub replacement: Option<Arc<Event>>,
}

/// One listener. It has a lock of its own, which nobody holds for longer than it takes to look into a short queue.
pub struct Listener {
    pub number: u64,
    pub terms: Terms,
    accepted: Instant,
    buffer: Mutex<Buffer>,
    /// What the server has waiting in all.
    total: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Buffer {
    waiting: VecDeque<Arc<Event>>,
    bytes: usize,
    /// Events that it was given so far.
    count: u64,
    held: bool,
    /// Events were dropped, and the replacement is due.
    dropping: bool,
    /// It was too slow while it was held: nothing is added any more, and it ends when it is released.
    overflowed: bool,
    /// Nothing is added any more: what waits is sent, and then the body ends.
    ended: bool,
    /// The last message that reached it: several targets of one may.
    message: u64,
    /// The position up to which it has all that is for it.
    position: Option<u64>,
    /// What it ends with when it is released, unless it is released through that.
    last: Option<Arc<Event>>,
    waker: Option<Waker>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    Buffered,
    /// It did not fit, and is dropped.
    Dropped,
    /// It did not fit, and the listener has ended.
    Ended,
    /// It is not for this listener, or the listener has it already.
    Skipped,
}

/// What became of a listener that is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Ended,
    /// It had ended before.
    Over,
    /// It has what it was to end with already, or is held and may have.
    Stays,
}

impl Listener {
    pub fn new(number: u64, terms: Terms, held: bool, total: Arc<AtomicUsize>) -> Self {
        let buffer = Buffer {
            held,
            ..Buffer::default()
        };
        Self {
            number,
            terms,
            accepted: Instant::now(),
            buffer: Mutex::new(buffer),
            total,
        }
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gets(&self, event: &Event) -> bool {
        event.counted || self.terms.ids
    }

    /// Puts an event into the buffer. `fits` says whether the server has room for it at all.
    pub fn offer(&self, event: &Arc<Event>, fits: bool, message: u64) -> Offered {
        if !self.gets(event) {
            return Offered::Skipped;
        }
        let mut buffer = self.buffer();
        if buffer.ended || buffer.message == message {
            return Offered::Skipped;
        }
        buffer.message = message;
        if !buffer.moves_on(event) {
            return Offered::Skipped;
        }
        if fits && !buffer.dropping && !buffer.overflowed && buffer.has_room(event.len(self.terms.ids)) {
            buffer.push(event.clone(), self.terms.ids);
            wake(buffer);
            return Offered::Buffered;
        }
        if self.terms.replacement.is_some() {
            buffer.dropping = true;
            // An empty buffer has room for the replacement as soon as it is asked.
            wake(buffer);
            return Offered::Dropped;
        }
        // What was missed comes first. What waits follows it without a gap, so that whoever comes back again gets on.
        if buffer.held {
            buffer.overflowed = true;
            return Offered::Dropped;
        }
        buffer.ended = true;
        wake(buffer);
        Offered::Ended
    }

    /// Puts `missed` before what waits, and drops of that what is not beyond `through`, now and later. Says why, where it ends after
    /// that.
    pub fn release(&self, missed: &[Arc<Event>], through: u64) -> Option<Reason> {
        let mut buffer = self.buffer();
        if !buffer.held || buffer.ended {
            return None;
        }
        buffer.held = false;
        buffer.position = buffer.position.max(Some(through));
        let mut waited = std::mem::take(&mut buffer.waiting);
        buffer.bytes = 0;
        waited.retain(|event| event.position.is_none_or(|position| position > through));
        // Who was too slow may lack something from before it, and learns of its end when it comes back.
        let overflowed = buffer.overflowed;
        let last = (buffer.last.take()).filter(|last| !overflowed && last.position > Some(through));
        if let Some(last) = &last {
            waited.retain(|event| event.position.is_none_or(|position| last.position > Some(position)));
            waited.push_back(last.clone());
        }
        let missed = missed.iter().filter(|event| self.gets(event)).cloned();
        for event in missed.chain(waited) {
            buffer.push(event, self.terms.ids);
        }
        let reason = match (buffer.overflowed, last) {
            (true, _) => Some(Reason::Overflow),
            (false, Some(_)) => Some(Reason::Closed),
            (false, None) => None,
        };
        buffer.ended = reason.is_some();
        wake(buffer);
        reason
    }

    /// Ends it, after what waits and `last`.
    pub fn end(&self, last: Option<&Arc<Event>>) -> Ending {
        let mut buffer = self.buffer();
        if buffer.ended {
            return Ending::Over;
        }
        if let Some(last) = last.filter(|last| last.position.is_some()) {
            if buffer.held {
                buffer.last.get_or_insert_with(|| last.clone());
                return Ending::Stays;
            }
            if !buffer.moves_on(last) {
                return Ending::Stays;
            }
        }
        if buffer.held {
            buffer.clear();
        }
        if let Some(last) = last.filter(|last| self.gets(last)) {
            buffer.push(last.clone(), self.terms.ids);
        }
        buffer.held = false;
        buffer.ended = true;
        wake(buffer);
        Ending::Ended
    }

    /// When a listener that is still held has to be released.
    pub fn release_by(&self) -> Option<Instant> {
        let buffer = self.buffer();
        (buffer.held && !buffer.ended).then(|| self.accepted + limits::SSE_HELD_TIMEOUT)
    }

    /// The next events, as many as make a chunk; nothing at the end.
    pub fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Chunk>> {
        let mut buffer = self.buffer();
        if !buffer.held
            && let Some(chunk) = self.take(&mut buffer)
        {
            return Poll::Ready(Some(chunk));
        }
        if buffer.ended {
            return Poll::Ready(None);
        }
        match &mut buffer.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    fn take(&self, buffer: &mut Buffer) -> Option<Chunk> {
        let ids = self.terms.ids;
        buffer.replace(self.terms.replacement.as_ref(), ids);
        let event = buffer.pop(ids)?;
        if event.len(ids) > limits::SSE_COPIED_BYTES_MAX {
            return Some(Chunk::shared(&event, ids, buffer.count));
        }
        let mut bytes = Vec::with_capacity(event.len(ids));
        event.write(ids, buffer.count, &mut bytes);
        while let Some(next) = buffer.waiting.front()
            && bytes.len() + next.len(ids) <= limits::SSE_COPIED_BYTES_MAX
            && let Some(event) = buffer.pop(ids)
        {
            event.write(ids, buffer.count, &mut bytes);
        }
        buffer.replace(self.terms.replacement.as_ref(), ids);
        let charge = Charge::new(&self.total, bytes.len());
        Some(Chunk::copied(bytes, charge))
    }
}

impl Buffer {
    fn has_room(&self, bytes: usize) -> bool {
        self.waiting.len() < limits::SSE_BUFFER_EVENTS_MAX && self.bytes + bytes <= limits::SSE_BUFFER_BYTES_MAX
    }

    /// Whether the event is beyond all that it was given before. From now on that is before it.
    fn moves_on(&mut self, event: &Event) -> bool {
        let Some(position) = event.position else { return true };
        let moves_on = self.position.is_none_or(|before| position > before);
        if moves_on {
            self.position = Some(position);
        }
        moves_on
    }

    fn push(&mut self, event: Arc<Event>, ids: bool) {
        self.bytes += event.len(ids);
        self.waiting.push_back(event);
    }

    fn pop(&mut self, ids: bool) -> Option<Arc<Event>> {
        let event = self.waiting.pop_front()?;
        self.bytes -= event.len(ids);
        self.count += u64::from(event.counted);
        if self.waiting.is_empty() && self.waiting.capacity() > limits::SSE_BUFFER_EVENTS_KEPT {
            // There are many listeners, and most of them have nothing waiting most of the time.
            self.waiting = VecDeque::new();
        }
        Some(event)
    }

    /// Puts the replacement behind what waits, once there is room again.
    fn replace(&mut self, replacement: Option<&Arc<Event>>, ids: bool) {
        if let Some(replacement) = replacement
            && self.dropping
            && !self.held
            && self.has_room(replacement.len(ids))
        {
            self.dropping = false;
            self.push(replacement.clone(), ids);
        }
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
    }
}

/// Lets go of the lock first: waking may run code of whoever waits.
fn wake(mut buffer: MutexGuard<'_, Buffer>) {
    let waker = buffer.waker.take();
    drop(buffer);
    if let Some(waker) = waker {
        waker.wake();
    }
}
