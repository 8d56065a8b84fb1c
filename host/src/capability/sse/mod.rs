//! `guesthouse:host/sse`: listeners whose responses the host writes, and what is sent to them.
//!
//! `Hub` knows all listeners of the server. What a component sends is encoded once and put into the buffer of each listener; the
//! connection of a listener takes it from there (`Listening`), with no instance and no permit of any component.

mod acceptance;
mod body;
mod chunk;
mod event;
mod hub;
mod listener;
mod news;
mod registry;
mod send;
#[cfg(test)]
mod tests;

use super::bindings::sse::{
    self as contract, Acceptance, Accepted, Delivery, Error, Event as Given, Message, News, Presence, Target,
};
use super::http_client;
use crate::components::grants::SseGrant;
use crate::runtime::{Caller, State};
use http::{HeaderMap, HeaderName};
use std::sync::Arc;
use wasmtime::AsContextMut;
use wasmtime::component::{Access, Accessor, HasData, Linker};
use wasmtime_wasi_http::p3::Response;
use wasmtime_wasi_http::{Error as WasiError, RequestOptions, WasiBody, WasiHttpHooks};

pub use body::Listening;
pub use chunk::Chunk;
pub use hub::Hub;

/// The field of a response in which `accept` says to the server whose body it is. Components cannot set it, and no client sees it.
pub const LISTENER: HeaderName = HeaderName::from_static("guesthouse-listener");

/// What a version was granted.
pub struct Granted {
    hub: Arc<Hub>,
    /// The component's number in the hub.
    component: u64,
    grant: SseGrant,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(hub: Arc<Hub>, component: &Arc<str>, grant: SseGrant) -> Self {
        Self {
            component: hub.component(component),
            hub,
            grant,
        }
    }

    /// The body that belongs to a response of this component, where that is a listener's. It is given once, and never for what
    /// another component accepted.
    pub fn take_body(&self, headers: &mut HeaderMap) -> Option<Listening> {
        let number = headers.remove(LISTENER)?.to_str().ok()?.parse().ok()?;
        if registry::component_of(number) != self.component {
            return None;
        }
        let listener = self.hub.claim(number)?;
        Some(Listening::new(self.hub.clone(), listener))
    }

    /// The lines of the grants by which it may publish to these, each once: many topics are usually under one.
    fn lines<'a>(&self, targets: impl IntoIterator<Item = &'a Target>) -> Vec<String> {
        let mut lines = Vec::new();
        for target in targets {
            if let Target::Topic(topic) = target
                && let Some(line) = self.grant.publish_line(topic)
                && !lines.contains(&line)
            {
                lines.push(line);
            }
        }
        lines
    }

    /// Topics that the component may know of.
    fn knows(&self, topic: &str) -> bool {
        self.grant.may_listen(topic) || self.grant.may_publish(topic)
    }
}

/// Lets the field that names the listener pass, which the hooks of an instance keep for the host.
struct HostsFields;

impl WasiHttpHooks for HostsFields {
    fn is_forbidden_header(&mut self, _: &HeaderName) -> bool {
        false
    }

    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), WasiError>> + Send>,
    ) -> Box<dyn Future<Output = http_client::Sent> + Send> {
        Box::new(async { Err(WasiError::HttpRequestDenied) })
    }
}

/// What an instance has.
pub struct Context {
    granted: Arc<Granted>,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted }
    }
}

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    contract::add_to_linker::<State, Sse>(linker, |state| View(state))
}

struct Sse;

impl HasData for Sse {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut State);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl contract::Host for View<'_> {
    fn release(&mut self, listener: u64, missed: Vec<Given>, through: u64) -> Answer<()> {
        Ok(self.0.sse.granted.release(listener, missed, through))
    }

    fn news_since(&mut self, version: u64) -> wasmtime::Result<News> {
        let granted = &self.0.sse.granted;
        let knows = |topic: &str| granted.knows(topic);
        Ok(granted.hub.news_since(version, granted.component, knows))
    }
}

/// What the version was granted, to be used without holding the store.
fn granted(access: &mut Access<'_, State, Sse>) -> Arc<Granted> {
    access.get().0.sse.granted.clone()
}

/// Notes a call that used these grants, or was denied.
fn note<T>(
    store: impl AsContextMut<Data = State>,
    function: &'static str,
    used: impl IntoIterator<Item = String>,
    answer: &Result<T, Error>,
) {
    match answer {
        Err(Error::Denied(what)) => Caller::of(store).denied(function, what),
        _ => Caller::of(store).allowed(function, used),
    }
}

impl contract::HostWithStore<State> for Sse {
    fn accept(mut access: Access<'_, State, Self>, acceptance: Acceptance) -> Answer<Accepted> {
        let granted = granted(&mut access);
        let topics = acceptance.topics.iter();
        let used: Vec<String> = topics.filter_map(|topic| granted.grant.listen_line(topic)).collect();
        let accepted = granted.accept(acceptance).map(|(listener, response)| {
            let (response, _) = Response::from_http(&mut HostsFields, response);
            (listener, response)
        });
        note(&mut access, "sse.accept", used, &accepted);
        let (listener, response) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => return Ok(Err(error)),
        };
        let response = access.get().0.table.push(response)?;
        Ok(Ok(Accepted { listener, response }))
    }

    fn send(mut access: Access<'_, State, Self>, messages: Vec<Message>) -> Answer<Vec<Delivery>> {
        let granted = granted(&mut access);
        let targets = messages.iter().flat_map(|message| &message.targets);
        let used = granted.lines(targets);
        let sent = granted.send(messages);
        note(access, "sse.send", used, &sent);
        Ok(sent)
    }

    fn close(mut access: Access<'_, State, Self>, targets: Vec<Target>, last: Option<Given>) -> Answer<u32> {
        let granted = granted(&mut access);
        let closed = granted.close(&targets, last);
        note(access, "sse.close", granted.lines(&targets), &closed);
        Ok(closed)
    }

    fn listeners(mut access: Access<'_, State, Self>, topic: String) -> Answer<Vec<Presence>> {
        let granted = granted(&mut access);
        let listeners = granted.listeners(&topic);
        note(access, "sse.listeners", granted.grant.listen_line(&topic), &listeners);
        Ok(listeners)
    }

    async fn wait_for_news(accessor: &Accessor<State, Self>, version: u64) -> wasmtime::Result<News> {
        let granted = accessor.with(|mut access| access.get().0.sse.granted.clone());
        let knows = |topic: &str| granted.knows(topic);
        Ok(granted.hub.wait_for_news(version, granted.component, knows).await)
    }
}
