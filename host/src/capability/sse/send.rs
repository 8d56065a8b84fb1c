//! What a component says to listeners: events, what a held one missed, and that it is over.

use super::super::bindings::sse::{Delivery, Error, Event as Given, Message, Presence, Reason, Target};
use super::Granted;
use super::acceptance::{check_size, check_topic};
use super::event::Event;
use super::listener::{Listener, Offered};
use super::registry::{Members, component_of};
use crate::limits;
use std::sync::Arc;

/// Where a message goes, and who of those that were named is gone.
struct Reached {
    listeners: Vec<Members>,
    gone: Vec<u64>,
}

impl Granted {
    /// Sends messages: all, or none where one is refused.
    pub fn send(&self, messages: Vec<Message>) -> Result<Vec<Delivery>, Error> {
        check_size("list of messages", messages.len(), limits::SSE_MESSAGES_MAX)?;
        let targets = messages.iter().map(|message| message.targets.len()).sum();
        check_size("list of targets", targets, limits::SSE_TARGETS_MAX)?;
        let mut checked = Vec::with_capacity(messages.len());
        for Message { targets, event } in messages {
            for target in &targets {
                self.check_target(target)?;
            }
            checked.push((targets, self.event(event)?));
        }
        Ok(checked
            .iter()
            .map(|(targets, event)| self.deliver(targets, event))
            .collect())
    }

    fn event(&self, event: Given) -> Result<Arc<Event>, Error> {
        Ok(Arc::new(Event::new(event, self.hub.waiting())?))
    }

    fn check_target(&self, target: &Target) -> Result<(), Error> {
        match target {
            Target::Listener(number) => self.hub.find(self.component, *number).map(drop),
            Target::Topic(topic) => {
                check_topic(topic)?;
                if self.grant.may_publish(topic) {
                    return Ok(());
                }
                Err(Error::Denied(format!("sse: publish to {}", topic.escape_debug())))
            }
        }
    }

    /// The listeners behind targets that were checked.
    fn reached(&self, targets: &[Target]) -> Reached {
        let (mut listeners, mut named, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for target in targets {
            match target {
                Target::Topic(topic) => listeners.extend(self.hub.members(topic)),
                Target::Listener(number) => match self.hub.find(self.component, *number) {
                    Ok(Some(listener)) => named.push(listener),
                    _ => gone.push(*number),
                },
            }
        }
        if !named.is_empty() {
            listeners.push(Arc::new(named));
        }
        Reached { listeners, gone }
    }

    fn deliver(&self, targets: &[Target], event: &Arc<Event>) -> Delivery {
        let Reached { listeners, gone } = self.reached(targets);
        let (mut buffered, mut overflowed) = (0, Vec::new());
        self.hub.deliver(event, &listeners, |listener, offered| match offered {
            Offered::Buffered => buffered += 1,
            Offered::Dropped | Offered::Ended if self.accepted(listener) => overflowed.push(listener.number),
            _ => {}
        });
        Delivery {
            buffered,
            overflowed,
            gone,
        }
    }

    fn accepted(&self, listener: &Listener) -> bool {
        component_of(listener.number) == self.component
    }

    /// Ends this component's listeners among the targets.
    pub fn close(&self, targets: &[Target], last: Option<Given>) -> Result<u32, Error> {
        check_size("list of targets", targets.len(), limits::SSE_TARGETS_MAX)?;
        for target in targets {
            match target {
                // Its own listeners on it are all that it can reach; but it is told nothing of topics that it may not know.
                Target::Topic(topic) => self.check_known(topic)?,
                Target::Listener(_) => self.check_target(target)?,
            }
        }
        let last = last.map(|last| self.event(last)).transpose()?;
        let Reached { listeners, .. } = self.reached(targets);
        let own = listeners
            .iter()
            .flat_map(|members| members.iter())
            .filter(|listener| self.accepted(listener));
        let ended = own.filter(|listener| self.hub.end(listener, last.as_ref(), Reason::Closed));
        Ok(ended.count().try_into().unwrap_or(u32::MAX))
    }

    fn check_known(&self, topic: &str) -> Result<(), Error> {
        check_topic(topic)?;
        match self.knows(topic) {
            true => Ok(()),
            false => Err(Error::Denied(format!("sse: topic {}", topic.escape_debug()))),
        }
    }

    /// Releases a held listener.
    pub fn release(&self, listener: u64, missed: Vec<Given>, through: u64) -> Result<(), Error> {
        let found = self.hub.find(self.component, listener)?;
        check_size("list of missed events", missed.len(), limits::SSE_MISSED_EVENTS_MAX)?;
        let missed: Vec<_> = missed
            .into_iter()
            .map(|event| self.event(event))
            .collect::<Result<_, _>>()?;
        let bytes = missed.iter().map(|event| event.len(true)).sum();
        check_size("list of missed events in bytes", bytes, limits::SSE_BUFFER_BYTES_MAX)?;
        if missed.last().is_some_and(|event| !event.fits()) {
            return Err(Error::TooLarge("the server has too much waiting for listeners".into()));
        }
        if let Some(listener) = found {
            self.hub.release(&listener, &missed, through);
        }
        Ok(())
    }

    /// This component's listeners on a topic.
    pub fn listeners(&self, topic: &str) -> Result<Vec<Presence>, Error> {
        self.check_known(topic)?;
        let listeners = self.hub.members_of(self.component, topic);
        let told = listeners.iter().map(|listener| Presence {
            listener: listener.number,
            label: listener.terms.label.to_string(),
        });
        Ok(told.collect())
    }
}
