//! A real SMTP server (aiosmtpd, from the Python registry) for the server to hand mail to.

use crate::binary::project;
use crate::{pypi, wait};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const FOLDER: &str = "tests/relay";
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A relay on a port of its own. It is stopped when this is dropped.
pub struct Relay {
    pub port: u16,
    process: Child,
    said: Arc<Mutex<Vec<Value>>>,
}

impl Relay {
    /// Without encryption, open to everybody.
    pub fn start() -> Self {
        Self::start_with(&["0", "none"])
    }

    /// The same, on a port where one was before.
    pub fn start_on(port: u16) -> Self {
        Self::start_with(&[&port.to_string(), "none"])
    }

    /// With the arguments that `relay.py` describes.
    #[track_caller]
    pub fn start_with(arguments: &[&str]) -> Self {
        let mut command = pypi::python_with(FOLDER);
        command
            .args(["-B", "-u", "relay.py"])
            .args(arguments)
            .current_dir(project().join(FOLDER));
        let mut process = command.stdout(Stdio::piped()).spawn().expect("python runs");
        let said = Arc::new(Mutex::new(Vec::new()));
        let (output, all) = (process.stdout.take().expect("it is piped"), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let said = serde_json::from_str(&line).unwrap_or(Value::String(line));
                all.lock().expect("nobody panics with it").push(said);
            }
        });
        let mut relay = Self { port: 0, process, said };
        let port = relay.wait_for("port", 1, START_TIMEOUT)[0].as_u64();
        relay.port = port.and_then(|port| u16::try_from(port).ok()).expect("a port");
        relay
    }

    /// What it said under this key, in order.
    pub fn said(&self, key: &str) -> Vec<Value> {
        let said = self.said.lock().expect("nobody panics with it");
        said.iter().filter_map(|said| said.get(key).cloned()).collect()
    }

    /// The messages that it took.
    pub fn messages(&self) -> Vec<Value> {
        let said = self.said.lock().expect("nobody panics with it");
        said.iter()
            .filter(|said| said.get("message").is_some())
            .cloned()
            .collect()
    }

    /// Waits until it has said so much under this key.
    #[track_caller]
    pub fn wait_for(&self, key: &str, count: usize, timeout: Duration) -> Vec<Value> {
        wait::until(&format!("{count} times {key} from the relay"), timeout, || {
            Some(self.said(key)).filter(|said| said.len() >= count)
        })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
