//! A published OpenID Connect server, run by node, and how somebody signs in on its pages.

use crate::binary::project;
use crate::cookie_jar::CookieJar;
use crate::npm;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// As the server knows us.
pub const CLIENT_ID: &str = "guesthouse";
pub const CLIENT_SECRET: &str = "the secret: of the client";
const FOLDER: &str = "tests/clients/oidc";
/// Redirects and forms of one sign-in, and then some.
const STEPS_MAX: usize = 20;

/// The server. It ends with the tests, for its standard input does.
struct Running {
    _process: Child,
    /// Held open, since the server ends where it cannot write.
    _output: BufReader<ChildStdout>,
    issuer: String,
}

/// The issuer of the one server that all tests share.
#[track_caller]
pub fn issuer() -> &'static str {
    static RUNNING: OnceLock<Running> = OnceLock::new();
    &RUNNING.get_or_init(start).issuer
}

fn start() -> Running {
    npm::install(FOLDER, &["ci"]);
    let mut process = Command::new("node")
        .arg("server.mjs")
        .current_dir(project().join(FOLDER))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // It warns that it is not set up for the public.
        .stderr(Stdio::null())
        .spawn()
        .expect("node is installed");
    let mut line = String::new();
    let output = process.stdout.take().expect("it is piped");
    let mut output = BufReader::new(output);
    output.read_line(&mut line).expect("the server says where it is");
    let issuer = line.trim().to_owned();
    assert!(issuer.starts_with("http://127.0.0.1:"), "{issuer:?}");
    Running {
        _process: process,
        _output: output,
        issuer,
    }
}

/// Goes to where a sign-in begins, says who they are, agrees, and comes back with the URL that the server sends them to.
#[track_caller]
pub fn sign_in(browser: &mut CookieJar, url: &str, person: &str) -> String {
    let mut url = url.to_owned();
    for _ in 0..STEPS_MAX {
        let answer = browser.get(&url);
        let answer = match answer.status {
            200 => {
                let page = answer.text();
                let action = page.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
                let action = action.unwrap_or_else(|| panic!("no form: {page}")).to_owned();
                let form = if page.contains("name=\"login\"") {
                    format!("prompt=login&login={person}&password=any")
                } else {
                    "prompt=consent".to_owned()
                };
                browser.post(&action, &form)
            }
            _ => answer,
        };
        let location = answer.header("location");
        let location = location.unwrap_or_else(|| panic!("status {}: {}", answer.status, answer.text()));
        url = if location.starts_with('/') {
            format!("{}{location}", issuer())
        } else {
            location.to_owned()
        };
        if url.contains("/callback?") {
            return url;
        }
    }
    panic!("the sign-in does not end: {url}");
}
