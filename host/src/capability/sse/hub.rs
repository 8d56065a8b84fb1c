//! All listeners of the server, on all of its threads: what is sent to them, and what is told about them.

use super::super::bindings::sse::{Error, News, Reason};
use super::event::Event;
use super::listener::{Ending, Listener, Offered, Terms};
use super::registry::{Members, Registry, component_of};
use crate::components::grants::SseGrant;
use crate::limits;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The listeners of all components.
pub struct Hub {
    /// Held for moments only, however many listeners there are.
    registry: Mutex<Registry>,
    /// One sender at a time, so that all listeners get what was sent in one order: the number of the last message. Whoever comes
    /// or goes meanwhile does not wait for it.
    sending: Mutex<u64>,
    /// Bytes that wait for any listener.
    waiting: Arc<AtomicUsize>,
    /// The version of the news.
    changed: watch::Sender<u64>,
}

impl Default for Hub {
    fn default() -> Self {
        let registry = Registry::default();
        Self {
            changed: watch::Sender::new(registry.log.version()),
            registry: Mutex::new(registry),
            sending: Mutex::default(),
            waiting: Arc::default(),
        }
    }
}

impl Hub {
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that wait for any listener.
    pub fn waiting(&self) -> &Arc<AtomicUsize> {
        &self.waiting
    }

    /// How many listeners there are.
    pub fn count(&self) -> usize {
        self.registry().all().count()
    }

    /// The number of a component, which it keeps.
    pub fn component(&self, name: &Arc<str>) -> u64 {
        self.registry().component(name)
    }

    /// Takes a new listener in.
    pub fn accept(&self, component: u64, terms: Terms, held: bool) -> Result<Arc<Listener>, Error> {
        let mut registry = self.registry();
        let accepted = registry.accept(component, terms, |number, terms| {
            Listener::new(number, terms, held, self.waiting.clone())
        });
        self.tell(registry);
        accepted
    }

    /// Lets everybody know whether there is news.
    fn tell(&self, registry: MutexGuard<'_, Registry>) {
        let version = registry.log.version();
        drop(registry);
        self.changed.send_if_modified(|told| {
            let is_news = version > *told;
            *told = version.max(*told);
            is_news
        });
    }

    /// A listener that this component accepted; nothing if it is gone.
    pub fn find(&self, component: u64, listener: u64) -> Result<Option<Arc<Listener>>, Error> {
        self.registry().find(component, listener)
    }

    /// A listener whose body nobody has taken yet, if there is one of that number.
    pub fn claim(&self, listener: u64) -> Option<Arc<Listener>> {
        self.registry().unclaimed.remove(&listener)
    }

    /// All who listen to a topic.
    pub fn members(&self, topic: &str) -> Option<Members> {
        self.registry().members(topic)
    }

    /// This component's listeners on a topic.
    pub fn members_of(&self, component: u64, topic: &str) -> Vec<Arc<Listener>> {
        let members = self.members(topic).unwrap_or_default();
        let own = |listener: &&Arc<Listener>| component_of(listener.number) == component;
        members.iter().filter(own).cloned().collect()
    }

    /// Ends a listener, after what waits for it and `last`. Says whether it was there and did not stay.
    pub fn end(&self, listener: &Arc<Listener>, last: Option<&Arc<Event>>, reason: Reason) -> bool {
        let ending = listener.end(last);
        if ending != Ending::Stays {
            self.forget(std::slice::from_ref(listener), reason);
        }
        ending == Ending::Ended
    }

    /// Releases a listener, which may end it.
    pub fn release(&self, listener: &Arc<Listener>, missed: &[Arc<Event>], through: u64) {
        if let Some(reason) = listener.release(missed, through) {
            self.forget(std::slice::from_ref(listener), reason);
        }
    }

    /// Forgets listeners that have ended. Others get their turn in between.
    fn forget(&self, listeners: &[Arc<Listener>], reason: Reason) {
        for some in listeners.chunks(limits::SSE_FORGOTTEN_AT_ONCE) {
            let mut registry = self.registry();
            for listener in some {
                registry.remove(listener, reason);
            }
            self.tell(registry);
        }
    }

    /// Offers an event to all of these, to each of them once.
    pub fn deliver(&self, event: &Arc<Event>, listeners: &[Members], mut became: impl FnMut(&Listener, Offered)) {
        let fits = event.fits();
        let mut ended = Vec::new();
        let mut message = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        *message += 1;
        for listener in listeners.iter().flat_map(|members| members.iter()) {
            let offered = listener.offer(event, fits, *message);
            if offered == Offered::Ended {
                ended.push(listener.clone());
            }
            became(listener, offered);
        }
        drop(message);
        self.forget(&ended, Reason::Overflow);
    }

    /// The news since a version, at once. `knows` says of which topics the component may know.
    pub fn news_since(&self, version: u64, component: u64, knows: impl Fn(&str) -> bool) -> News {
        let registry = self.registry();
        let news = registry.log.news(version, component, &knows);
        news.unwrap_or_else(|| registry.everything(knows))
    }

    /// The same, once there is some.
    pub async fn wait_for_news(&self, mut version: u64, component: u64, knows: impl Fn(&str) -> bool) -> News {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            let news = self.news_since(version, component, &knows);
            if news.complete || !(news.gained.is_empty() && news.lost.is_empty() && news.departures.is_empty()) {
                return news;
            }
            // What was not for this component need not be looked at again, and may be forgotten.
            version = news.version;
            // The sender is as old as the hub, and lives as long.
            let _ = changed.changed().await;
        }
    }

    /// What a component may do from now on; nothing when it runs no more. Listeners that it could not accept any more end.
    pub fn grant(&self, name: &Arc<str>, grant: Option<SseGrant>) {
        let mut registry = self.registry();
        let number = registry.component(name);
        registry.grant(number, grant.clone());
        let may_stay = |listener: &Listener| {
            let topics = &mut listener.terms.topics.iter();
            grant
                .as_ref()
                .is_some_and(|grant| topics.all(|topic| grant.may_listen(topic)))
        };
        let own = |listener: &&Arc<Listener>| component_of(listener.number) == number;
        let ended: Vec<_> = registry
            .all()
            .filter(own)
            .filter(|listener| !may_stay(listener))
            .cloned()
            .collect();
        drop(registry);
        self.end_all(&ended);
    }

    /// The server stops: all listeners end, and there are no new ones.
    pub fn stop(&self) {
        let mut registry = self.registry();
        registry.stopping = true;
        let ended: Vec<_> = registry.all().cloned().collect();
        drop(registry);
        self.end_all(&ended);
    }

    fn end_all(&self, listeners: &[Arc<Listener>]) {
        for listener in listeners {
            listener.end(None);
        }
        self.forget(listeners, Reason::Closed);
    }
}
