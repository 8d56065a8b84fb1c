//! What a server writes to standard error, collected while it runs.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::ChildStderr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const LISTENING: &str = "listening on http";

/// The collected text.
pub struct Log(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    text: String,
    ended: bool,
}

impl Log {
    /// Collects in a thread of its own until the stream ends.
    pub fn collect(stream: ChildStderr) -> Self {
        let shared: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let log = Self(Arc::clone(&shared));
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            // Lines are bytes: a component may write what is no text.
            while matches!(reader.read_until(b'\n', &mut line), Ok(bytes) if bytes > 0) {
                shared
                    .0
                    .lock()
                    .expect("no holder panics")
                    .text
                    .push_str(&String::from_utf8_lossy(&line));
                shared.1.notify_all();
                line.clear();
            }
            shared.0.lock().expect("no holder panics").ended = true;
            shared.1.notify_all();
        });
        log
    }

    pub fn text(&self) -> String {
        self.0.0.lock().expect("no holder panics").text.clone()
    }

    /// The address that the server listens on; nothing if it ended or the time is over before it said so.
    pub fn wait_for_address(&self, timeout: Duration) -> Option<SocketAddr> {
        let (state, changed) = &*self.0;
        let state = state.lock().expect("no holder panics");
        let waiting = |state: &mut State| !state.ended && address(&state.text).is_none();
        let (state, _) = changed
            .wait_timeout_while(state, timeout, waiting)
            .expect("no holder panics");
        address(&state.text)
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    let (_, rest) = text.split_once(LISTENING)?;
    let (line, _) = rest.split_once('\n')?;
    let (_, line) = line.split_once("://")?;
    line.split_whitespace().next()?.trim_end_matches('/').parse().ok()
}
