//! Callers whom the server knows, by the guest `api-keys`: who sends one of these keys is who the key says.

use crate::http::{Answer, Request};
use crate::server::Server;
use std::fmt::Write as _;

/// A key, and whom it stands for.
#[derive(Debug, Clone, Default)]
pub struct Key<'a> {
    /// What the caller sends, in letters and digits.
    pub token: &'a str,
    /// Who it then is.
    pub caller: &'a [u8],
    /// Comma list.
    pub roles: &'a str,
    /// With one the key counts in the cookie `api_key` as well.
    pub request_token: Option<&'a str>,
    /// Seconds since 1970.
    pub expires: Option<i64>,
    /// The claim `email`.
    pub email: Option<&'a str>,
}

impl<'a> Key<'a> {
    /// A key without more.
    pub fn new(token: &'a str, caller: &'a [u8]) -> Self {
        Self {
            token,
            caller,
            ..Self::default()
        }
    }
}

impl Server {
    /// Deploys `api-keys` and adds these.
    #[track_caller]
    pub fn deploy_api_keys(&self, keys: &[Key]) {
        self.remove_accounts();
        self.deploy("api-keys");
        for key in keys {
            self.add_key(key);
        }
    }

    /// Removes the built-in that otherwise says who is calling: a server has one provider of a service.
    #[track_caller]
    pub fn remove_accounts(&self) {
        self.cli(&["components", "remove", "auth"]).expect_success();
    }

    #[track_caller]
    pub fn add_key(&self, key: &Key) {
        let caller = key.caller.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let mut path = format!("/api-keys/{}?caller={caller}&roles={}", key.token, key.roles);
        let expires = key.expires.map(|expires| expires.to_string());
        let optional = [
            ("request_token", key.request_token),
            ("expires", expires.as_deref()),
            ("email", key.email),
        ];
        for (name, value) in optional.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            let _ = write!(path, "&{name}={value}");
        }
        self.request("PUT", &path).send().expect(200, "done");
    }

    #[track_caller]
    pub fn remove_key(&self, token: &str) {
        self.request("DELETE", &format!("/api-keys/{token}"))
            .send()
            .expect(200, "done");
    }

    /// Gets a path with a key.
    #[track_caller]
    pub fn get_as(&self, token: &str, path: &str) -> Answer {
        self.request("GET", path).bearer(token).send()
    }
}

impl Request {
    /// Says with a key who is calling.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
}
