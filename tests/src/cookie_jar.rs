//! Somebody's browser as far as a sign-in needs one: it goes where it is sent and keeps cookies, each for its server.

use crate::http::{Answer, Request};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

/// Cookies by server and name.
#[derive(Debug, Default, Clone)]
pub struct CookieJar(HashMap<SocketAddr, BTreeMap<String, String>>);

impl CookieJar {
    pub fn new() -> Self {
        Self::default()
    }

    /// One request to a URL of this machine. Redirects are answers like others.
    #[track_caller]
    pub fn get(&mut self, url: &str) -> Answer {
        let (address, path) = split(url);
        let request = Request::new(address, "GET", path);
        self.send(address, request)
    }

    /// Sends a form.
    #[track_caller]
    pub fn post(&mut self, url: &str, form: &str) -> Answer {
        let (address, path) = split(url);
        let request = Request::new(address, "POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.send(address, request.body(form))
    }

    pub fn cookie(&self, server: SocketAddr, name: &str) -> Option<&str> {
        self.0.get(&server)?.get(name).map(String::as_str)
    }

    pub fn set_cookie(&mut self, server: SocketAddr, name: &str, value: &str) {
        self.0.entry(server).or_default().insert(name.into(), value.into());
    }

    pub fn forget(&mut self, server: SocketAddr, name: &str) {
        self.0.entry(server).or_default().remove(name);
    }

    #[track_caller]
    fn send(&mut self, address: SocketAddr, mut request: Request) -> Answer {
        let kept = self.0.entry(address).or_default();
        if !kept.is_empty() {
            let pairs: Vec<_> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", &pairs.join("; "));
        }
        let answer = request.send();
        for field in answer.headers.get_all("set-cookie") {
            let text = field.to_str().expect("a cookie is text");
            let (name, value) = text
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            if value.is_empty() {
                kept.remove(name);
            } else {
                kept.insert(name.into(), value.into());
            }
        }
        answer
    }
}

/// The server and the path of a URL.
#[track_caller]
fn split(url: &str) -> (SocketAddr, &str) {
    let rest = url
        .strip_prefix("http://")
        .unwrap_or_else(|| panic!("no URL of this machine: {url}"));
    let end = rest.find('/').unwrap_or(rest.len());
    let address = rest[..end].parse().unwrap_or_else(|_| panic!("no address: {url}"));
    (address, if end == rest.len() { "/" } else { &rest[end..] })
}
