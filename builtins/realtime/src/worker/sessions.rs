//! Ends the streams of sessions that have ended, and of callers whose proof has expired where nobody tells of sessions.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use guesthouse::identity::revocation::{self, HOLDERS_MAX};
use guesthouse::sse;
use guesthouse::worker::Error;

use super::{send, sleep};
use crate::topics::Session;
use crate::{event, limits};

/// Guards, until it cannot.
pub async fn guard() -> Error {
    let mut guard = Guard::default();
    loop {
        guard.refresh();
        if guard.sessions.is_empty() {
            sse::wait_for_news(guard.version).await;
            continue;
        }
        let ended = match revocation::is_offered() {
            true => guard.revoked().await,
            false => guard.expired(),
        };
        for topic in &ended {
            guard.sessions.remove(topic);
        }
        send::close(&ended, &event::denied());
        sleep(limits::SESSIONS_INTERVAL).await;
    }
}

/// The sessions that have streams.
#[derive(Default)]
struct Guard {
    version: u64,
    sessions: HashMap<Rc<str>, Watched>,
}

struct Watched {
    session: Session,
    /// When it was last known to be good.
    good: Instant,
}

impl Guard {
    fn refresh(&mut self) {
        let news = sse::news_since(self.version);
        self.version = news.version;
        let mut before = HashMap::new();
        if news.complete {
            before = std::mem::take(&mut self.sessions);
        }
        for topic in &news.lost {
            self.sessions.remove(topic.as_str());
        }
        for topic in news.gained {
            if let Some(session) = Session::parse(&topic) {
                // What was watched before stays as it is known.
                let good = before
                    .get(topic.as_str())
                    .map_or_else(Instant::now, |watched: &Watched| watched.good);
                self.sessions.entry(topic.into()).or_insert(Watched { session, good });
            }
        }
    }

    /// The topics of those that are revoked, or could not be looked up for long.
    async fn revoked(&mut self) -> Vec<Rc<str>> {
        // Several tokens of one session are one question.
        let mut by_session: HashMap<Session, Vec<Rc<str>>> = HashMap::new();
        for (topic, watched) in &self.sessions {
            let session = Session {
                expires: None,
                ..watched.session.clone()
            };
            by_session.entry(session).or_default().push(Rc::clone(topic));
        }
        let all: Vec<_> = by_session.into_iter().collect();
        let mut ended = Vec::new();
        for portion in all.chunks(HOLDERS_MAX) {
            let holders = portion.iter().map(|(session, _)| session.holder());
            let answer = guesthouse::within(limits::SESSIONS_UNKNOWN_MAX, revocation::revoked(holders.collect())).await;
            let topics = portion.iter().map(|(_, topics)| topics);
            match answer {
                Some(Ok(revoked)) => {
                    for (place, topics) in (0_u32..).zip(topics) {
                        match revoked.contains(&place) {
                            true => ended.extend(topics.iter().cloned()),
                            false => self.is_good(topics),
                        }
                    }
                }
                failed => {
                    if let Some(Err(error)) = failed {
                        eprintln!("sessions cannot be looked up: {error:?}");
                    }
                    ended.extend(self.unknown(topics.flatten()));
                }
            }
        }
        ended
    }

    fn is_good(&mut self, topics: &[Rc<str>]) {
        for topic in topics {
            if let Some(watched) = self.sessions.get_mut(topic) {
                watched.good = Instant::now();
            }
        }
    }

    /// Those of the topics whose sessions have not been looked up for too long.
    fn unknown<'t>(&self, topics: impl Iterator<Item = &'t Rc<str>>) -> Vec<Rc<str>> {
        let is_unknown = |topic: &&Rc<str>| {
            let watched = self.sessions.get(*topic);
            watched.is_some_and(|watched| watched.good.elapsed() >= limits::SESSIONS_UNKNOWN_MAX)
        };
        topics.filter(is_unknown).cloned().collect()
    }

    fn expired(&self) -> Vec<Rc<str>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let all = self.sessions.iter();
        all.filter(|(_, watched)| watched.session.expires.is_some_and(|expires| expires <= now))
            .map(|(topic, _)| Rc::clone(topic))
            .collect()
    }
}
