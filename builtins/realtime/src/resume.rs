//! Coming back: what a client says of where it was, and what it missed since.

use guesthouse::changes::{self, Log, Position};
use guesthouse::http::Request;
use guesthouse::sse::Event;
use record_api::catalog::Served;
use record_api::error::Error as RecordError;
use record_api::query::form;

use crate::class::Class;
use crate::error::Error;
use crate::evaluate::Mistake;
use crate::feed::{Outcome, Plan};
use crate::listening::Listening;
use crate::{event, limits};

/// Whether a client gets ids, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resume {
    /// It knows nothing of ids, and gets none.
    Plain,
    /// It gets ids from now on.
    Fresh,
    /// It was here.
    Since(Position),
    /// It was at a place that is none.
    Lost,
}

impl Resume {
    /// What a request asks for: the field `last-event-id`, which may be empty, or `resume=true` in the query for those who cannot
    /// set the field at first.
    pub fn asked(request: &Request) -> Result<Self, RecordError> {
        Self::read(request.header("last-event-id"), request.query().unwrap_or_default())
    }

    fn read(id: Option<&str>, query: &str) -> Result<Self, RecordError> {
        match id {
            Some("") => return Ok(Self::Fresh),
            Some(id) => return Ok(event::position(id).map_or(Self::Lost, Self::Since)),
            None => {}
        }
        let mut resume = Self::Plain;
        for pair in form::pairs(query) {
            match pair? {
                (name, value) if name == "resume" => {
                    resume = match &*value {
                        "true" | "TRUE" | "1" => Self::Fresh,
                        "false" | "FALSE" | "0" => Self::Plain,
                        _ => return Err(RecordError::InvalidQuery),
                    }
                }
                _ => {}
            }
        }
        Ok(resume)
    }

    /// Whether it gets ids.
    pub fn has_ids(&self) -> bool {
        *self != Self::Plain
    }
}

/// What a listener gets before anything newer.
#[derive(Debug)]
pub struct Missed {
    pub events: Vec<Event>,
    pub then: Then,
}

/// What comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Whatever is new.
    New,
    /// The end, for there is more than is given at once: the client comes back from where it is by then.
    More,
    /// The end, for the record is no longer for it.
    Denied,
}

impl Missed {
    fn of(events: Vec<Event>) -> Self {
        Self {
            events,
            then: Then::New,
        }
    }

    /// Nothing, but for the place to go on from.
    pub fn nothing(through: Position) -> Self {
        Self::of(vec![event::moving_on(through)])
    }

    /// That it may be more than can be told.
    pub fn loss(through: Position) -> Self {
        Self::of(vec![event::loss().at(event::id(through), through.number)])
    }
}

/// What a class has missed between two positions, of which the second one is the end of the log.
pub async fn missed(
    log: &Log,
    served: &Served,
    class: &Class,
    since: Position,
    through: Position,
) -> Result<Missed, Error> {
    if since.epoch != through.epoch || since.number > through.number {
        return Ok(Missed::loss(through));
    }
    let mut listening = Listening::default();
    if listening.insert(&class.to_topic().into(), class).is_err() {
        return Err(RecordError::InvalidFilter.into());
    }
    let (mut position, mut seen, mut bytes) = (since, 0, 0);
    let mut missed = Missed::of(Vec::new());
    while position.number < through.number {
        if seen >= limits::MISSED_CHANGES_MAX {
            missed.events.push(event::moving_on(position));
            missed.then = Then::More;
            return Ok(missed);
        }
        let batch = match log.read(position, 0).await {
            Ok(batch) => batch,
            Err(changes::Error::FellBehind(_)) => return Ok(Missed::loss(through)),
            Err(error) => return Err(error.into()),
        };
        seen += batch.changes.len();
        let plan = match Plan::new(&served.api, &listening, &batch, through.number) {
            Ok(plan) => plan,
            Err(Mistake::Outdated(_)) => return Ok(Missed::loss(through)),
            Err(Mistake::Filter(error)) => return Err(error.into()),
        };
        for outcome in plan.outcomes(&served.database, &batch, through.epoch).await? {
            let Outcome::Tell { event, .. } = outcome else {
                missed.then = Then::Denied;
                return Ok(missed);
            };
            bytes += event.data.as_ref().map_or(0, String::len);
            let is_full = missed.events.len() >= limits::MISSED_EVENTS_MAX || bytes > limits::MISSED_BYTES_MAX;
            if is_full && !missed.events.is_empty() {
                missed.then = Then::More;
                return Ok(missed);
            }
            missed.events.push(*event);
        }
        position = batch.next;
    }
    missed.events.push(event::moving_on(through));
    Ok(missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_asks_for_ids_gets_them() {
        let here = Position { epoch: 9, number: 7 };
        for (id, query, resume) in [
            (None, "", Resume::Plain),
            (None, "filter[a]=1&resume=false", Resume::Plain),
            (None, "resume=true", Resume::Fresh),
            (Some(""), "", Resume::Fresh),
            (Some("9-7"), "resume=true", Resume::Since(here)),
            (Some("9-7"), "", Resume::Since(here)),
            (Some("nonsense"), "", Resume::Lost),
        ] {
            assert_eq!(Resume::read(id, query), Ok(resume), "{id:?} {query}");
        }
        assert_eq!(Resume::read(None, "resume=maybe"), Err(RecordError::InvalidQuery));
    }
}
