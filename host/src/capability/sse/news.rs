//! What has changed in who listens, as far back as it is remembered.

use super::super::bindings::sse::{Departure, News, Reason};
use crate::limits;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// One change.
#[derive(Debug)]
pub enum Change {
    /// A topic has a listener now and had none.
    Gained(Arc<str>),
    /// A topic has none any more.
    Lost(Arc<str>),
    /// A listener is gone.
    Departed {
        component: u64,
        listener: u64,
        label: Box<str>,
        reason: Reason,
    },
}

impl Change {
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Gained(topic) | Self::Lost(topic) => topic.len(),
                Self::Departed { label, .. } => label.len(),
            }
    }
}

/// The changes that are remembered.
pub struct Log {
    changes: VecDeque<Change>,
    bytes: usize,
    /// The number of the last change.
    version: u64,
}

impl Default for Log {
    /// Versions begin at the time: one that somebody remembers from before a restart is older than all.
    fn default() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            changes: VecDeque::new(),
            bytes: 0,
            version: u64::try_from(since.as_micros()).unwrap_or_default().max(1),
        }
    }
}

impl Log {
    pub fn add(&mut self, change: Change) {
        self.version += 1;
        self.bytes += change.bytes();
        self.changes.push_back(change);
        while self.changes.len() > limits::SSE_NEWS_MAX || self.bytes > limits::SSE_NEWS_BYTES_MAX {
            let Some(oldest) = self.changes.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The changes since a version; nothing where some of them are forgotten, or the version is none of this server's.
    fn since(&self, version: u64) -> Option<impl Iterator<Item = &Change>> {
        let count = usize::try_from(self.version.checked_sub(version)?).ok()?;
        Some(self.changes.range(self.changes.len().checked_sub(count)?..))
    }

    /// The news since a version for a component that may know of some topics; nothing where all would be needed.
    pub fn news(&self, version: u64, component: u64, knows: impl Fn(&str) -> bool) -> Option<News> {
        let mut topics: HashMap<&Arc<str>, (bool, bool)> = HashMap::new();
        let mut departures = Vec::new();
        for change in self.since(version)? {
            let (topic, gained) = match change {
                Change::Gained(topic) => (topic, true),
                Change::Lost(topic) => (topic, false),
                Change::Departed {
                    component: of,
                    listener,
                    label,
                    reason,
                } => {
                    if *of == component {
                        departures.push(Departure {
                            listener: *listener,
                            label: label.to_string(),
                            reason: *reason,
                        });
                    }
                    continue;
                }
            };
            // What matters is how it began and how it ended.
            topics.entry(topic).or_insert((gained, gained)).1 = gained;
        }
        let of = |wanted: bool| {
            let mut names: Vec<String> = topics
                .iter()
                .filter(|(topic, (first, last))| *first == wanted && *last == wanted && knows(topic))
                .map(|(topic, _)| topic.to_string())
                .collect();
            names.sort_unstable();
            names
        };
        Some(News {
            version: self.version,
            complete: false,
            gained: of(true),
            lost: of(false),
            departures,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departed(component: u64, listener: u64) -> Change {
        Change::Departed {
            component,
            listener,
            label: "l".into(),
            reason: Reason::Closed,
        }
    }

    #[test]
    fn what_came_and_went_is_no_news() {
        let mut log = Log::default();
        let start = log.version();
        log.add(Change::Gained("b".into()));
        log.add(Change::Gained("a".into()));
        log.add(Change::Gained("gone".into()));
        log.add(Change::Lost("gone".into()));
        log.add(Change::Gained("hidden".into()));
        log.add(departed(1, 7));
        log.add(departed(2, 8));
        let news = log.news(start, 1, |topic| topic != "hidden").expect("remembered");
        assert_eq!((news.gained, news.lost), (vec!["a".to_owned(), "b".to_owned()], vec![]));
        assert_eq!(
            news.departures.iter().map(|gone| gone.listener).collect::<Vec<_>>(),
            [7]
        );
        assert_eq!(news.version, log.version());
        log.add(Change::Lost("a".into()));
        log.add(Change::Gained("a".into()));
        log.add(Change::Lost("b".into()));
        let news = log.news(news.version, 1, |_| true).expect("remembered");
        assert_eq!((news.gained, news.lost), (vec![], vec!["b".to_owned()]));
    }

    #[test]
    fn what_is_too_old_or_of_another_time_is_not_answered_in_part() {
        let mut log = Log::default();
        let start = log.version();
        assert!(log.news(start, 1, |_| true).is_some());
        assert!(log.news(start + 1, 1, |_| true).is_none());
        assert!(log.news(start - 1, 1, |_| true).is_none());
        assert!(log.news(0, 1, |_| true).is_none());
        for listener in 0..=limits::SSE_NEWS_MAX as u64 {
            log.add(departed(1, listener));
        }
        assert!(log.news(start, 1, |_| true).is_none());
        assert_eq!(
            log.news(start + 1, 1, |_| true).expect("remembered").departures.len(),
            limits::SSE_NEWS_MAX
        );
    }

    #[test]
    fn the_memory_is_bounded_in_bytes_too() {
        let mut log = Log::default();
        let topic: Arc<str> = "t".repeat(limits::SSE_TOPIC_BYTES_MAX).into();
        let start = log.version();
        for _ in 0..=limits::SSE_NEWS_BYTES_MAX / limits::SSE_TOPIC_BYTES_MAX {
            log.add(Change::Gained(topic.clone()));
        }
        assert!(log.bytes <= limits::SSE_NEWS_BYTES_MAX);
        assert!(log.news(start, 1, |_| true).is_none());
    }
}
