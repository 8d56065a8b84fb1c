//! Accepting a listener: what it may ask for, and the response that it gets.

use super::super::bindings::sse::{Acceptance, Error, Overflow};
use super::super::http_messages;
use super::body::Placeholder;
use super::event::Event;
use super::listener::Terms;
use super::{Granted, LISTENER};
use crate::limits;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// Asks proxies that would gather the body before they pass it on, nginx among them, not to.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

impl Granted {
    /// Takes a listener in, and makes its response.
    pub fn accept(&self, acceptance: Acceptance) -> Result<(u64, http::Response<Placeholder>), Error> {
        let held = acceptance.held;
        check_size("label", acceptance.label.len(), limits::SSE_LABEL_BYTES_MAX)?;
        let headers = headers(acceptance.headers)?;
        let terms = Terms {
            topics: self.topics(acceptance.topics)?,
            label: acceptance.label.into(),
            ids: acceptance.ids,
            replacement: match acceptance.overflow {
                Overflow::Close => None,
                Overflow::Replace(event) => Some(self.replacement(event)?),
            },
        };
        let number = self.hub.accept(self.component, terms, held)?.number;
        let mut response = http::Response::new(Placeholder {
            hub: self.hub.clone(),
            number,
        });
        *response.headers_mut() = headers;
        response.headers_mut().insert(LISTENER, number.into());
        Ok((number, response))
    }

    fn topics(&self, topics: Vec<String>) -> Result<Box<[Arc<str>]>, Error> {
        if topics.is_empty() {
            return Err(Error::Invalid("a listener needs a topic".into()));
        }
        check_size("list of topics", topics.len(), limits::SSE_LISTENER_TOPICS_MAX)?;
        for topic in &topics {
            check_topic(topic)?;
            if !self.grant.may_listen(topic) {
                return Err(Error::Denied(format!("sse: listen to {}", topic.escape_debug())));
            }
        }
        let mut topics: Vec<Arc<str>> = topics.into_iter().map(Arc::from).collect();
        topics.sort_unstable();
        topics.dedup();
        Ok(topics.into())
    }

    /// Every listener keeps its own for as long as it is there.
    fn replacement(&self, event: super::Given) -> Result<Arc<Event>, Error> {
        let event = Event::new(event, self.hub.waiting())?;
        match event.fits() {
            true => Ok(Arc::new(event)),
            false => Err(Error::TooManyListeners),
        }
    }
}

/// Whether a text can be a topic.
pub fn check_topic(topic: &str) -> Result<(), Error> {
    check_size("topic", topic.len(), limits::SSE_TOPIC_BYTES_MAX)?;
    if topic.is_empty() || topic.contains(char::is_control) {
        return Err(Error::Invalid(format!(
            "`{}` is no topic: it is empty, or has a control character in it",
            topic.escape_debug()
        )));
    }
    Ok(())
}

pub fn check_size(what: &str, size: usize, size_max: usize) -> Result<(), Error> {
    if size <= size_max {
        return Ok(());
    }
    Err(Error::TooLarge(format!("a {what} of {size}; the limit is {size_max}")))
}

/// The fields that a component gave, and those that are the host's.
fn headers(given: Vec<(String, Vec<u8>)>) -> Result<HeaderMap, Error> {
    let mut headers = http_messages::headers(given).map_err(Error::Invalid)?;
    for (name, value) in [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        (UNBUFFERED, "no"),
    ] {
        if headers.insert(&name, HeaderValue::from_static(value)).is_some() {
            return Err(Error::Invalid(format!("the field {name} is the host's to set")));
        }
    }
    Ok(headers)
}
