//! A real browser: scenarios in JavaScript, run by node, that drive Chromium at the server under test.

use crate::Server;
use crate::binary::project;
use crate::{npm, wait};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

const FOLDER: &str = "tests/clients/browser";
/// From the start of the browser to the end of a scenario, on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(180);
/// How long a scenario has to close its browser when it is asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs `clients/browser/<scenario>.mjs` with the server's URL and something to work with, and gives what it returns; panics with what
/// it wrote unless it ends well. `GUESTHOUSE_SCREENSHOTS` names a folder for pictures.
#[track_caller]
pub fn run(server: &Server, scenario: &str, input: &Value) -> Value {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| npm::install(FOLDER, &["ci"]));
    // One at a time: a browser alone keeps a small machine busy.
    static RUNNING: Mutex<()> = Mutex::new(());
    let _running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);

    let mut node = Command::new("node");
    node.arg(format!("{scenario}.mjs"))
        .current_dir(project().join(FOLDER))
        .env("GUESTHOUSE_URL", server.url())
        .env("GUESTHOUSE_INPUT", input.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = node.spawn().expect("node is installed");
    let stdout = collect(process.stdout.take().expect("it is piped"));
    let stderr = collect(process.stderr.take().expect("it is piped"));
    let ended_well = ends_well(&mut process);
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert!(ended_well, "{scenario}.mjs:\n{stdout}{stderr}");
    // Whatever it wrote on the way; what it returns comes last.
    let last = stdout.lines().last();
    last.map_or(Value::Null, |line| serde_json::from_str(line).unwrap_or(Value::Null))
}

impl Server {
    /// Where a browser reaches it: by a name, since cookies and passkeys are for names.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address().port())
    }
}

/// Waits for the end. A scenario that takes too long is ended, and its browser with it.
fn ends_well(process: &mut Child) -> bool {
    let id = Pid::from_child(process);
    let status = wait::for_value(TIMEOUT, || process.try_wait().expect("our own child"));
    if let Some(status) = status {
        return status.success();
    }
    // An error means that it has ended already. The browser ends with whoever holds the other end of its pipe.
    let _ = kill_process(id, Signal::TERM);
    if wait::for_value(STOP_TIMEOUT, || process.try_wait().expect("our own child")).is_none() {
        let _ = process.kill();
        let _ = process.wait();
    }
    false
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read until then is what there is to show.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

fn text(collected: JoinHandle<Vec<u8>>) -> String {
    String::from_utf8_lossy(&collected.join().expect("reading does not panic")).into_owned()
}
