//! Accounts that tests sign in with, made as an operator brings them along: by a migration.

use guesthouse_tests::server::Setup;
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

/// Everybody's password is `secret`: hashed by argon2 as the server does, by bcrypt for those whom most tests use.
pub const ACCOUNTS: &str = "
INSERT INTO _user (email, username, password_hash, verified, admin) VALUES
    ('admin@localhost', NULL, '$argon2id$v=19$m=7168,t=5,p=1$tduKrTi40Y78GQlnx1wGhg$2iCvC+WdN0/X7afNU4FuhgszxgH1H72s+1nLZ+TKAHM', TRUE, TRUE),
    ('alice@example.org', 'alice', '$2b$04$/uaF/uaF/uaF/uaF/uaF/uyUa5B4sNev9rTvA6TvEBWYO4koffwMy', TRUE, FALSE),
    ('new@example.org', 'new', '$2b$04$/uaF/uaF/uaF/uaF/uaF/uyUa5B4sNev9rTvA6TvEBWYO4koffwMy', FALSE, FALSE);
";
pub const PASSWORD: &str = "secret";
pub const ALICE: &str = "alice@example.org";
const BASE: &str = "/api/auth/v1/";

/// A data directory with these accounts.
pub fn prepare() -> Setup {
    Server::prepare().migration("U1__accounts.sql", ACCOUNTS)
}

/// The same with a setting.
pub fn prepare_with(setting: &str, value: &str) -> Setup {
    let sql = format!("INSERT INTO _auth_setting (name, value) VALUES ('{setting}', {value});");
    prepare().migration("U2__setting.sql", &sql)
}

/// The same with several, such as `('enable_otp_signin', 1)`.
pub fn prepare_with_all(settings: &str) -> Setup {
    let sql = format!("INSERT INTO _auth_setting (name, value) VALUES {settings};");
    prepare().migration("U2__settings.sql", &sql)
}

/// Does what an operator can do to the tables of a running server. Each time needs a number of its own.
#[track_caller]
pub fn change(server: &Server, number: u32, sql: &str) {
    let file = server.data().join(format!("migrations/main/U{number}__change.sql"));
    std::fs::write(file, sql).expect("a migration can be written");
    server.cli(&["migrate"]).expect_success();
}

/// A server with these accounts.
#[track_caller]
pub fn start() -> Server {
    prepare().start()
}

/// Sends JSON below `/api/auth/v1/`.
#[track_caller]
pub fn post(server: &Server, path: &str, body: Value) -> Answer {
    server.request("POST", &format!("{BASE}{path}")).json(&body).send()
}

/// The same for somebody who is signed in.
#[track_caller]
pub fn post_as(server: &Server, caller: &Tokens, path: &str, body: Value) -> Answer {
    let request = server.request("POST", &format!("{BASE}{path}")).json(&body);
    request.header("authorization", &caller.bearer()).send()
}

/// Sends a form below `/api/auth/v1/`.
#[track_caller]
pub fn post_form(server: &Server, path: &str, body: &str) -> Answer {
    let request = server.request("POST", &format!("{BASE}{path}"));
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
}

/// The status that a password is answered with.
#[track_caller]
pub fn login_status(server: &Server, who: &str, password: &str) -> u16 {
    post(server, "login", json!({"email_or_username": who, "password": password})).status
}

/// What somebody has who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub auth: String,
    pub refresh: String,
    pub csrf: String,
}

impl Tokens {
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        answer.expect_status(200);
        let json = answer.json();
        let text = |name: &str| {
            json[name]
                .as_str()
                .unwrap_or_else(|| panic!("no {name} in {json}"))
                .to_owned()
        };
        Self {
            auth: text("auth_token"),
            refresh: text("refresh_token"),
            csrf: text("csrf_token"),
        }
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.auth)
    }

    /// As a browser sends them.
    pub fn cookies(&self) -> String {
        format!("auth_token={}; refresh_token={}", self.auth, self.refresh)
    }
}

/// Signs somebody in by the usual password.
#[track_caller]
pub fn sign_in(server: &Server, email: &str) -> Tokens {
    Tokens::of(&post(server, "login", json!({"email": email, "password": PASSWORD})))
}

/// Whether the server says that somebody with this auth token is signed in.
#[track_caller]
pub fn is_signed_in(server: &Server, caller: &Tokens) -> bool {
    let request = server.request("GET", "/api/auth/v1/status");
    let answer = request.header("authorization", &caller.bearer()).send();
    answer.expect_status(200);
    !answer.json()["auth_token"].is_null()
}

/// What an auth token says. Nothing is verified.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a token has three parts");
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for character in payload.bytes() {
        let value = alphabet
            .iter()
            .position(|known| *known == character)
            .expect("base64url");
        bits = bits << 6 | u32::try_from(value).expect("six bits");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    serde_json::from_slice(&bytes).expect("the payload is JSON")
}
