//! `oauth/...`: signing in by another server, with a published one and with one that does the wrong thing.

mod answers;
mod hostile;
mod known;
mod matching;

mod providers;
mod published;
mod state;

use crate::accounts;
use guesthouse_tests::cookie_jar::CookieJar;
use guesthouse_tests::identity_provider::{self, IdentityProvider, signed};
use guesthouse_tests::{Answer, Server, oidc};
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A place where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";
const BASE: &str = "/api/auth/v1/oauth/";

/// A row for a provider below the shared server.
fn row(name: &str, issuer: &str) -> String {
    format!("INSERT INTO _oauth_provider (name, client_id, issuer) VALUES ('{name}', 'client', '{issuer}');")
}

/// A server with accounts and these rows, whose providers may be on this machine.
#[track_caller]
fn start(rows: &str) -> Server {
    start_with(rows, &[("OIDC0", "secret")])
}

#[track_caller]
fn start_with(rows: &str, secrets: &[(&str, &str)]) -> Server {
    let server = accounts::prepare().migration("U3__providers.sql", rows).start();
    let exported = exported(&server);
    let wasm = exported.join("auth.wasm").to_string_lossy().into_owned();
    // Providers that misbehave are answered 502, which would bring the version before back.
    let deploy = ["deploy", &wasm, "--accept-grants", "--probation", "0"];
    server.cli(&deploy).expect_success();
    for (name, value) in secrets {
        set_secret(&server, name, value);
    }
    server
}

#[track_caller]
fn set_secret(server: &Server, name: &str, value: &str) {
    let name = format!("OAUTH_{name}_CLIENT_SECRET");
    server
        .cli_with_input(&["secrets", "set", &name], value)
        .expect_success();
}

/// The built-in with grants for providers on this machine: written once, for each port is another component to compile.
fn exported(server: &Server) -> &'static Path {
    static EXPORTED: OnceLock<TempDir> = OnceLock::new();
    let folder = EXPORTED.get_or_init(|| {
        let folder = TempDir::with_prefix("guesthouse-auth-").expect("a temporary folder can be made");
        server
            .cli(&[
                "components",
                "export",
                "auth",
                "--into",
                &folder.path().to_string_lossy(),
            ])
            .expect_success();
        let manifest = folder.path().join("component.toml");
        let text = std::fs::read_to_string(&manifest).expect("a manifest");
        let private = format!(
            "[grants.http]\nallow_private = [\"{}\", \"http://{}\", \"{NOBODY}\"]\n",
            oidc::issuer(),
            identity_provider::address()
        );
        std::fs::write(&manifest, text.replace("[grants.http]\n", &private)).expect("a file can be written");
        folder
    });
    folder.path()
}

/// Somebody at their browser who signs in.
struct Visit {
    browser: CookieJar,
    /// What the provider is told in the query.
    asked: Vec<(String, String)>,
    name: String,
}

impl Visit {
    /// Begins to sign in by `oidc0`, and is sent to the provider.
    #[track_caller]
    fn begin(server: &Server, query: &str) -> Self {
        Self::begin_by(server, "oidc0", query)
    }

    #[track_caller]
    fn begin_by(server: &Server, name: &str, query: &str) -> Self {
        let mut browser = CookieJar::new();
        let answer = browser.get(&format!("http://{}{BASE}{name}/login{query}", server.address()));
        answer.expect_status(303);
        let location = answer.header("location").expect("a redirect");
        let (_, asked) = location.split_once('?').expect("a query");
        Self {
            browser,
            asked: fields(asked),
            name: name.into(),
        }
    }

    #[track_caller]
    fn asked(&self, name: &str) -> &str {
        let mut found = self.asked.iter().filter(|(field, _)| field == name);
        &found
            .next()
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.asked))
            .1
    }

    /// Comes back from the provider with a code.
    #[track_caller]
    fn come_back(&mut self, server: &Server) -> Answer {
        let state = self.asked("state").to_owned();
        self.come_back_with(server, &format!("?code=any&state={state}"))
    }

    #[track_caller]
    fn come_back_with(&mut self, server: &Server, query: &str) -> Answer {
        let url = format!("http://{}{BASE}{}/callback{query}", server.address(), self.name);
        self.browser.get(&url)
    }

    /// Comes back from a provider that gives an id_token with these claims.
    #[track_caller]
    fn come_back_as(&mut self, server: &Server, provider: &IdentityProvider, claims: &Value) -> Answer {
        provider.give(&signed(claims));
        self.come_back(server)
    }
}

/// The claims of somebody who is as they should be, but for one thing.
fn claims_with(provider: &IdentityProvider, visit: &Visit, name: &str, value: Value) -> Value {
    let mut claims = provider.claims(visit.asked("nonce"));
    claims[name] = value;
    claims
}

/// Signs somebody in whom the provider describes so, and answers what that came to.
#[track_caller]
fn sign_in_as(server: &Server, provider: &IdentityProvider, name: &str, value: Value) -> Answer {
    let mut visit = Visit::begin(server, "");
    let claims = claims_with(provider, &visit, name, value);
    visit.come_back_as(server, provider, &claims)
}

/// Panics unless nobody was signed in.
#[track_caller]
fn expect_nobody(answer: &Answer) {
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    let signed_in = cookies
        .iter()
        .any(|field| field.to_str().is_ok_and(|text| text.contains("_token=ey")));
    assert!(!signed_in, "{cookies:?}");
    assert_ne!(answer.status, 200, "{}", answer.text());
}

/// What the token says that somebody was given in a cookie.
#[track_caller]
fn claims_of(answer: &Answer) -> Value {
    let fields = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|field| field.to_str().ok());
    let mut tokens = fields.filter_map(|field| field.strip_prefix("auth_token=")?.split(';').next());
    let token = tokens
        .next()
        .unwrap_or_else(|| panic!("status {}: {}", answer.status, answer.text()));
    accounts::claims(token)
}

/// Names and values of a query.
fn fields(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.into(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().expect("two digits"), rest.next().expect("two digits")];
                u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).expect("hexadecimal")
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).expect("UTF-8")
}
