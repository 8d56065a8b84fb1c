//! Server-Sent Events to many listeners, with the host doing the work between events. What is promised and what is not: `wit/sse.wit`.
//!
//! ```no_run
//! use guesthouse::http::{Request, Response};
//! use guesthouse::sse::{self, Event, Listener};
//!
//! async fn handle(request: Request) -> Response {
//!     if request.method() == "GET" {
//!         return match Listener::on("news/today").accept() {
//!             Ok(accepted) => accepted.response,
//!             Err(error) => Response::text(503, &error.to_string()),
//!         };
//!     }
//!     match sse::send("news/today", Event::new("something happened")) {
//!         Ok(_) => Response::text(200, "sent"),
//!         Err(error) => Response::text(500, &error.to_string()),
//!     }
//! }
//!
//! guesthouse::serve!(handle);
//! # fn main() {}
//! ```

use crate::bindings::guesthouse::host::sse as host;
use crate::http::{Headers, Response};
use std::fmt;

pub use host::{Delivery, Departure, Event, Message, News, Overflow, Presence, Reason, Target};

/// The number of a listener.
pub type ListenerId = host::Listener;

/// Why a call did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No grant covers this topic, or the listener is another component's.
    Denied(String),
    /// A topic, an event or a header field is not well-formed.
    Invalid(String),
    /// There are as many listeners, or topics, as there may be.
    TooManyListeners,
    /// Something is larger than a limit.
    TooLarge(String),
    /// Something else, such as that the server is shutting down.
    Other(String),
}

/// A listener about to be accepted.
pub struct Listener(host::Acceptance);

/// A listener that was accepted.
pub struct Accepted {
    /// Its number.
    pub listener: ListenerId,
    /// What to answer its request with. Header fields cannot be added to it any more; see [`Listener::headers`].
    pub response: Response,
}

impl Listener {
    /// One that listens to this topic, is closed when it is too slow, and gets no `id:` lines.
    pub fn on(topic: impl Into<String>) -> Self {
        Self(host::Acceptance {
            topics: vec![topic.into()],
            headers: Vec::new(),
            label: String::new(),
            ids: false,
            overflow: Overflow::Close,
            held: false,
        })
    }

    /// Also listens to this topic.
    pub fn and_on(mut self, topic: impl Into<String>) -> Self {
        self.0.topics.push(topic.into());
        self
    }

    /// Adds header fields to the response, such as those of an [`Identity`](crate::identity::Identity).
    pub fn headers(mut self, headers: Headers) -> Self {
        self.0.headers.extend(headers);
        self
    }

    /// What this component wants to know of it later.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// Sends it the `id:` lines of events.
    pub fn with_ids(mut self) -> Self {
        self.0.ids = true;
        self
    }

    /// Sends it this one event in the place of all that did not fit, where it is too slow.
    pub fn replace_overflow(mut self, event: Event) -> Self {
        self.0.overflow = Overflow::Replace(event);
        self
    }

    /// Keeps events back until [`release`].
    pub fn held(mut self) -> Self {
        self.0.held = true;
        self
    }

    /// Accepts it. It listens from this call on.
    pub fn accept(self) -> Result<Accepted, Error> {
        let accepted = host::accept(&self.0)?;
        Ok(Accepted {
            listener: accepted.listener,
            response: Response::made(accepted.response),
        })
    }
}

impl Event {
    /// An event with these data.
    pub fn new(data: impl Into<String>) -> Self {
        Self {
            data: Some(data.into()),
            ..Self::of_id_alone(None)
        }
    }

    /// An event that moves on what a client would send as `Last-Event-ID`, and that nobody sees.
    pub fn moving_id(id: impl Into<String>) -> Self {
        Self::of_id_alone(Some(id.into()))
    }

    fn of_id_alone(id: Option<String>) -> Self {
        Self {
            data: None,
            number_at: None,
            name: None,
            id,
            position: None,
        }
    }

    /// Names it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives it an id, and its place in an order, in which no listener gets it twice or after a later one; see [`release`].
    pub fn at(mut self, id: impl Into<String>, position: u64) -> Self {
        self.id = Some(id.into());
        self.position = Some(position);
        self
    }

    /// Has the host insert each listener's own number of it at this byte of the data.
    pub fn numbered_at(mut self, byte: u32) -> Self {
        self.number_at = Some(byte);
        self
    }
}

/// Releases a held listener: it gets `missed`, then what has waited for it but for what is not beyond `through`.
pub fn release(listener: ListenerId, missed: &[Event], through: u64) -> Result<(), Error> {
    Ok(host::release(listener, missed, through)?)
}

/// Sends one event to all who listen to a topic.
pub fn send(topic: &str, event: Event) -> Result<Delivery, Error> {
    let message = Message {
        targets: vec![Target::Topic(topic.into())],
        event,
    };
    let delivered = send_all(&[message])?.pop();
    delivered.ok_or_else(|| Error::Other("the host said nothing of the message".into()))
}

/// Sends messages, in order. Returns at once, and says for each what became of it.
pub fn send_all(messages: &[Message]) -> Result<Vec<Delivery>, Error> {
    Ok(host::send(messages)?)
}

/// Ends listeners, after what waits for them and `last`; says how many they were.
pub fn close(targets: &[Target], last: Option<&Event>) -> Result<u32, Error> {
    Ok(host::close(targets, last)?)
}

/// This component's listeners on a topic, with their labels.
pub fn listeners(topic: &str) -> Result<Vec<Presence>, Error> {
    Ok(host::listeners(topic)?)
}

/// What has changed in who listens, since `version` of earlier news; 0 asks for everything. At once.
pub fn news_since(version: u64) -> News {
    host::news_since(version)
}

/// The same, but waits until there is something to tell. Dropping the future loses nothing.
pub async fn wait_for_news(version: u64) -> News {
    host::wait_for_news(version).await
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Self {
        match error {
            host::Error::Denied(what) => Self::Denied(what),
            host::Error::Invalid(why) => Self::Invalid(why),
            host::Error::TooManyListeners => Self::TooManyListeners,
            host::Error::TooLarge(limit) => Self::TooLarge(limit),
            host::Error::Other(why) => Self::Other(why),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(what) => write!(f, "not granted: {what}"),
            Self::Invalid(why) => f.write_str(why),
            Self::TooManyListeners => f.write_str("there are as many listeners as there may be"),
            Self::TooLarge(limit) => write!(f, "too large: {limit}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
