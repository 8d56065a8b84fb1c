//! Who made a request: asks the component that provides identities, and keeps its answers for as long as it says.
//!
//! A component that calls `identify` needs `use = ["guesthouse:identity/authenticator"]` under `[grants.services]`. For the other
//! side, a component that tells who somebody is, see [`provide_identity!`](crate::provide_identity) and [`provider`].

mod kept;
pub mod provider;
pub mod revocation;

use crate::bindings::guesthouse::host::services;
use crate::bindings::guesthouse::identity::authenticator;
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::http::{Headers, Request};
use kept::Kept;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

pub use authenticator::{Caller, Claim, ClaimValue, Proof};

const SERVICE: &str = "guesthouse:identity/authenticator";
/// The header fields that carry credentials.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "refresh-token"];

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Who made a request.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// None is anonymous.
    pub caller: Option<Rc<Caller>>,
    /// Fields that the response to this request has to have, such as a renewed cookie.
    pub response_headers: Headers,
}

/// Why nobody knows who made a request. It must be refused then, and never be taken for an anonymous one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The provider does not answer now. A later request may succeed: 503.
    Unavailable,
    /// The credentials are larger than the provider reads: 400.
    TooLarge,
    /// Something else, for the log: 500.
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("who is calling cannot be looked up now"),
            Self::TooLarge => f.write_str("the credentials are too large"),
            Self::Other(_) => f.write_str("who is calling could not be looked up"),
        }
    }
}

impl std::error::Error for Error {}

/// Who made this request. Without credentials it is anonymous, and so it is where no component provides identities.
///
/// An answer is kept in this instance for other requests with exactly the same credentials, for as long as the provider allows: a
/// second at most. When another component or version begins to provide identities, it is asked from the next request on.
pub async fn identify(request: &Request) -> Result<Identity, Error> {
    let headers = request.headers();
    if credentials(headers).next().is_none() {
        return Ok(Identity::default());
    }
    let Some(provider) = services::provider(SERVICE) else {
        return Ok(Identity::default());
    };
    let now_ns = monotonic_clock::now();
    let kept = KEPT.with_borrow_mut(|kept| kept.find(provider, now_ns, credentials(headers)));
    if let Some(caller) = kept {
        return Ok(Identity {
            caller,
            response_headers: Headers::new(),
        });
    }
    ask(provider, headers).await
}

async fn ask(provider: u64, headers: &Headers) -> Result<Identity, Error> {
    let list: Headers = credentials(headers).cloned().collect();
    let answer = match authenticator::identify(list.clone()).await {
        Ok(answer) => answer,
        // It was removed just now, and nobody took its place.
        Err(authenticator::Error::Unavailable) if services::provider(SERVICE).is_none() => {
            return Ok(Identity::default());
        }
        Err(authenticator::Error::Unavailable) => return Err(Error::Unavailable),
        Err(authenticator::Error::TooLarge) => return Err(Error::TooLarge),
        Err(authenticator::Error::Other(why)) => {
            eprintln!("identity: {why}");
            return Err(Error::Other(why));
        }
    };
    let caller = answer.caller.map(Rc::new);
    if answer.keep_for_ms > 0 && answer.response_headers.is_empty() {
        let now_ns = monotonic_clock::now();
        KEPT.with_borrow_mut(|kept| kept.keep(provider, now_ns, answer.keep_for_ms, list, caller.clone()));
    }
    Ok(Identity {
        caller,
        response_headers: answer.response_headers,
    })
}

fn credentials(headers: &Headers) -> impl Iterator<Item = &(String, Vec<u8>)> + Clone {
    headers.iter().filter(|(name, _)| CREDENTIALS.contains(&name.as_str()))
}
