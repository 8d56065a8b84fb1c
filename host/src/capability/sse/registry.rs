//! Who listens to what: the listeners by number and by topic, and the components that accepted them.

use super::super::bindings::sse::{Error, News, Reason};
use super::listener::{Listener, Terms};
use super::news::{Change, Log};
use crate::components::grants::SseGrant;
use crate::limits;
use std::collections::HashMap;
use std::sync::Arc;

/// The listeners of a topic, in the order of their numbers. A sender keeps the list that it found, without a lock.
pub type Members = Arc<Vec<Arc<Listener>>>;

/// Everything that changes when a listener comes or goes.
#[derive(Default)]
pub struct Registry {
    listeners: HashMap<u64, Arc<Listener>>,
    /// Those whose response is still with the component, ended or not.
    pub unclaimed: HashMap<u64, Arc<Listener>>,
    topics: HashMap<Arc<str>, Members>,
    topic_bytes: usize,
    /// A component's number is its place here, counted from 1.
    components: Vec<Component>,
    pub log: Log,
    pub stopping: bool,
}

/// A component that has, had or may have listeners.
struct Component {
    name: Arc<str>,
    /// What the version that is deployed may do; nothing where none is.
    grant: Option<SseGrant>,
    listeners: usize,
    /// How many it accepted since the server started.
    accepted: u64,
}

/// Each component counts its listeners for itself: so it can be told that one is gone, and nothing of those of others. No number is
/// one that JavaScript cannot hold.
const NUMBERS: u64 = 1 << 40;
/// More than anybody deploys; the numbers stay below 2^53.
const COMPONENTS_MAX: u64 = 1 << 13;

/// The component that accepted a listener.
pub fn component_of(listener: u64) -> u64 {
    listener / NUMBERS
}

impl Registry {
    /// The number of a component, which it keeps.
    pub fn component(&mut self, name: &Arc<str>) -> u64 {
        let known = self.components.iter().position(|component| component.name == *name);
        let place = known.unwrap_or_else(|| {
            self.components.push(Component {
                name: name.clone(),
                grant: None,
                listeners: 0,
                accepted: 0,
            });
            self.components.len() - 1
        });
        place as u64 + 1
    }

    fn place(&mut self, component: u64) -> Option<&mut Component> {
        let place = usize::try_from(component.checked_sub(1)?).ok()?;
        self.components.get_mut(place)
    }

    /// What a component may do from now on; nothing when it runs no more.
    pub fn grant(&mut self, component: u64, grant: Option<SseGrant>) {
        if let Some(component) = self.place(component) {
            component.grant = grant;
        }
    }

    /// A listener that this component accepted; nothing if it is gone.
    pub fn find(&mut self, component: u64, listener: u64) -> Result<Option<Arc<Listener>>, Error> {
        let accepted = self.place(component).map_or(0, |component| component.accepted);
        let counted = listener % NUMBERS;
        if component_of(listener) != component || counted == 0 || counted > accepted {
            return Err(Error::Denied(format!("sse: listener {listener}")));
        }
        Ok(self.listeners.get(&listener).cloned())
    }

    pub fn members(&self, topic: &str) -> Option<Members> {
        self.topics.get(topic).cloned()
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Listener>> {
        self.listeners.values()
    }

    /// Takes a new listener in.
    pub fn accept(
        &mut self,
        component: u64,
        terms: Terms,
        make: impl FnOnce(u64, Terms) -> Listener,
    ) -> Result<Arc<Listener>, Error> {
        if self.stopping {
            return Err(Error::Other("the server is shutting down".into()));
        }
        let full =
            self.listeners.len() >= limits::SSE_LISTENERS_MAX || self.bytes_added(&terms.topics) > self.bytes_left();
        let Some(accepting) = self.place(component).filter(|_| component < COMPONENTS_MAX) else {
            return Err(Error::Other("the component is unknown".into()));
        };
        // A request that came before the change of grants may ask after it.
        let Some(grant) = &accepting.grant else {
            return Err(Error::Other("the component is being removed".into()));
        };
        if let Some(topic) = terms.topics.iter().find(|topic| !grant.may_listen(topic)) {
            return Err(Error::Denied(format!("sse: listen to {topic}")));
        }
        if full || accepting.listeners >= limits::SSE_COMPONENT_LISTENERS_MAX {
            return Err(Error::TooManyListeners);
        }
        accepting.listeners += 1;
        accepting.accepted += 1;
        let number = component * NUMBERS + accepting.accepted;
        let listener = Arc::new(make(number, terms));
        self.listeners.insert(number, listener.clone());
        self.unclaimed.insert(number, listener.clone());
        for topic in &listener.terms.topics {
            self.join(topic, &listener);
        }
        Ok(listener)
    }

    fn bytes_added(&self, topics: &[Arc<str>]) -> usize {
        let new = topics.iter().filter(|topic| !self.topics.contains_key(*topic));
        new.map(|topic| topic.len()).sum()
    }

    fn bytes_left(&self) -> usize {
        limits::SSE_TOPICS_BYTES_MAX - self.topic_bytes
    }

    fn join(&mut self, topic: &Arc<str>, listener: &Arc<Listener>) {
        if !self.topics.contains_key(topic) {
            self.topic_bytes += topic.len();
            self.log.add(Change::Gained(topic.clone()));
        }
        let members = Arc::make_mut(self.topics.entry(topic.clone()).or_default());
        let place = members.partition_point(|member| member.number < listener.number);
        members.insert(place, listener.clone());
    }

    fn leave(&mut self, topic: &Arc<str>, listener: &Listener) {
        let Some(members) = self.topics.get_mut(topic) else {
            return;
        };
        let members = Arc::make_mut(members);
        if let Ok(place) = members.binary_search_by_key(&listener.number, |member| member.number) {
            members.remove(place);
        }
        if members.is_empty() {
            self.topics.remove(topic);
            self.topic_bytes -= topic.len();
            self.log.add(Change::Lost(topic.clone()));
        }
    }

    /// Forgets a listener, if it is known.
    pub fn remove(&mut self, listener: &Listener, reason: Reason) {
        if self.listeners.remove(&listener.number).is_none() {
            return;
        }
        let component = component_of(listener.number);
        if let Some(component) = self.place(component) {
            component.listeners -= 1;
        }
        self.log.add(Change::Departed {
            component,
            listener: listener.number,
            label: listener.terms.label.clone(),
            reason,
        });
        for topic in &listener.terms.topics {
            self.leave(topic, listener);
        }
    }

    /// The news for somebody who knows nothing.
    pub fn everything(&self, knows: impl Fn(&str) -> bool) -> News {
        let known = self.topics.keys().filter(|topic| knows(topic));
        let mut gained: Vec<String> = known.map(|topic| topic.to_string()).collect();
        gained.sort_unstable();
        News {
            version: self.log.version(),
            complete: true,
            gained,
            lost: Vec::new(),
            departures: Vec::new(),
        }
    }
}
