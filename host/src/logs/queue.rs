//! The lines that wait to be written: so many, so many bytes, and of each component no more than its share.
//!
//! The host may say some more about a component than the component itself, so that whoever floods its log does not hide how it ended.

use super::line::{self, Line, Stream};
use crate::components::clock;
use crate::limits;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    /// There is something to take.
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    used: Room,
    /// Of those components that have lines here, or lost some.
    shares: HashMap<Arc<str>, Share>,
}

#[derive(Default)]
struct Share {
    used: Room,
    lost: u64,
    /// The version that wrote what was lost last.
    version: u64,
}

/// An amount of lines.
#[derive(Default, Clone, Copy)]
struct Room {
    lines: usize,
    bytes: usize,
}

const ALL: Room = Room {
    lines: limits::LOG_WAITING_LINES_MAX,
    bytes: limits::LOG_WAITING_BYTES_MAX,
};

impl Room {
    fn and(self, bytes: usize) -> Self {
        Self {
            lines: self.lines + 1,
            bytes: self.bytes + bytes,
        }
    }

    /// Whether it is within one part in `parts` of all that there is. For the host this is a quarter more.
    fn fits(self, parts: usize, stream: Stream) -> bool {
        let most = |all: usize| match stream {
            Stream::Stdout | Stream::Stderr => all / parts,
            Stream::Host => all / parts / 4 * 5,
        };
        self.lines <= most(ALL.lines) && self.bytes <= most(ALL.bytes)
    }
}

impl Queue {
    /// Adds a line, or counts it as lost.
    pub fn push(&self, component: &Arc<str>, version: u64, stream: Stream, text: &str) {
        let mut waiting = self.waiting();
        let Waiting { lines, used, shares } = &mut *waiting;
        let share = shares.entry(component.clone()).or_default();
        let bytes = line::bytes(text);
        let (all, own) = (used.and(bytes), share.used.and(bytes));
        if all.fits(1, stream) && own.fits(limits::LOG_WAITING_SHARES, stream) {
            (*used, share.used) = (all, own);
            lines.push(Line {
                time_ms: clock::now_ms(),
                component: component.clone(),
                version,
                stream,
                text: text.to_owned(),
            });
        } else {
            share.lost += 1;
            share.version = version;
        }
        // What was not taken yet has been told of.
        if lines.len() == 1 {
            self.filled.notify_one();
        }
    }

    /// Counts lines that were taken and cannot be written as lost.
    pub fn lose(&self, lines: &[Line]) {
        let mut waiting = self.waiting();
        for line in lines {
            let share = waiting.shares.entry(line.component.clone()).or_default();
            share.lost += 1;
            share.version = line.version;
        }
        self.filled.notify_one();
    }

    /// Returns when there may be something to take.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes all that waits. Of what was lost, a line says how much it was.
    pub fn take(&self) -> Vec<Line> {
        let Waiting { mut lines, shares, .. } = std::mem::take(&mut *self.waiting());
        for (component, share) in shares.into_iter().filter(|(_, share)| share.lost > 0) {
            let lost = share.lost;
            tracing::warn!(%component, lost, "lines of a log were lost");
            lines.push(Line {
                time_ms: clock::now_ms(),
                component,
                version: share.version,
                stream: Stream::Host,
                text: format!("{lost} lines were lost here: they could not be written"),
            });
        }
        lines
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(queue: &Queue, component: &Arc<str>, count: usize, text: &str) {
        for _ in 0..count {
            queue.push(component, 3, Stream::Stdout, text);
        }
    }

    fn texts_of<'a>(lines: &'a [Line], component: &str) -> Vec<&'a str> {
        let of_one = lines.iter().filter(|line| &*line.component == component);
        of_one.map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_component_has_its_share_of_lines_and_the_rest_is_counted() {
        let (queue, flood, other): (_, Arc<str>, Arc<str>) = (Queue::default(), "flood".into(), "other".into());
        let share = limits::LOG_WAITING_LINES_MAX / limits::LOG_WAITING_SHARES;
        fill(&queue, &flood, share + 5, "x");
        queue.push(&flood, 3, Stream::Host, "it ended");
        fill(&queue, &other, 1, "heard");
        let taken = queue.take();
        let of_flood = texts_of(&taken, "flood");
        assert_eq!(of_flood.len(), share + 2);
        assert_eq!(
            of_flood[share..],
            ["it ended", "5 lines were lost here: they could not be written"]
        );
        assert_eq!(texts_of(&taken, "other"), ["heard"]);
        assert!(queue.take().is_empty(), "it was taken, and told of once");
        fill(&queue, &flood, 1, "again");
        assert_eq!(texts_of(&queue.take(), "flood"), ["again"]);
    }

    #[test]
    fn bytes_are_bounded_for_one_and_for_all_together() {
        let queue = Queue::default();
        let text = "x".repeat(limits::LOG_LINE_BYTES_MAX);
        let fitting = limits::LOG_WAITING_BYTES_MAX / line::bytes(&text);
        let names: Vec<Arc<str>> = (0..8).map(|number| format!("c{number}").into()).collect();
        fill(&queue, &names[0], fitting, &text);
        let used = queue.waiting().used.bytes;
        assert!(
            used <= limits::LOG_WAITING_BYTES_MAX / limits::LOG_WAITING_SHARES,
            "{used}"
        );
        for name in &names {
            fill(&queue, name, fitting, &text);
            queue.push(name, 3, Stream::Host, &text);
        }
        let used = queue.waiting().used.bytes;
        assert!(used <= limits::LOG_WAITING_BYTES_MAX / 4 * 5, "{used}");
        let lost = queue.take().into_iter().filter(|line| line.text.contains("lost"));
        assert_eq!(lost.count(), names.len());
    }

    #[tokio::test]
    async fn whoever_takes_is_told_of_the_first_line_and_of_what_was_lost_later() {
        let (queue, page): (_, Arc<str>) = (Queue::default(), "page".into());
        fill(&queue, &page, 2, "x");
        queue.filled().await;
        let taken = queue.take();
        queue.lose(&taken);
        queue.filled().await;
        assert_eq!(
            texts_of(&queue.take(), "page"),
            ["2 lines were lost here: they could not be written"]
        );
    }
}
