//! What of a request's head matters here. It is read before the body, which takes the request away.

use guesthouse::http::{Fields, Request};

use crate::credentials::Credentials;
use crate::limits;

/// The head of a request.
#[derive(Debug, Clone)]
pub struct Head {
    pub credentials: Credentials,
    pub query: Fields,
    /// Where the client reaches this server: scheme and host.
    pub origin: Option<String>,
    /// Whether that is encrypted.
    pub is_secure: bool,
    /// What the client says that it is, as far as it is kept.
    pub user_agent: Option<String>,
}

impl Head {
    pub fn of(request: &Request) -> Self {
        let is_secure = request.is_secure();
        let scheme = if is_secure { "https" } else { "http" };
        Self {
            credentials: Credentials::read(request.headers()),
            query: request.query_fields(),
            origin: request.authority().map(|authority| format!("{scheme}://{authority}")),
            is_secure,
            user_agent: request.header("user-agent").map(|text| {
                let text = text.chars().filter(|character| !character.is_control());
                text.take(limits::USER_AGENT_CHARACTERS_MAX).collect()
            }),
        }
    }
}
