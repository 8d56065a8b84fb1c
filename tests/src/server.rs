//! The server under test: a process with a data directory and a port of its own.

mod log;
mod setup;

use crate::binary;
use crate::http::{Answer, Request};
use log::Log;
use rustix::process::{Pid, Signal, kill_process};
pub use setup::Setup;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A start compiles the built-ins where no earlier start has, which takes seconds on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(90);
/// From an answer to the last line that the server writes about it, on a busy machine.
const LOG_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than the server waits for requests under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// A running server. It is stopped, and its data directory removed, when this is dropped.
pub struct Server {
    data: TempDir,
    launch: Launch,
    process: Child,
    log: Log,
    address: SocketAddr,
}

impl Server {
    /// A server with an empty data directory.
    #[track_caller]
    pub fn start() -> Self {
        Self::prepare().start()
    }

    /// A data directory to put something into before the server starts.
    pub fn prepare() -> Setup {
        Setup::new()
    }

    #[track_caller]
    fn start_in(data: TempDir, launch: Launch) -> Self {
        let (process, log, address) = spawn(data.path(), &launch);
        Self {
            data,
            launch,
            process,
            log,
            address,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Everything that the server wrote to standard error since it was started last.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Waits until the server has written this to standard error, which may come after the answer that it belongs to.
    #[track_caller]
    pub fn expect_log(&self, text: &str) {
        crate::wait::until(&format!("{text:?} in the log"), LOG_TIMEOUT, || {
            self.log().contains(text).then_some(())
        });
    }

    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait_for_exit()
    }

    /// Ends it as a power failure would.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait_for_exit();
    }

    /// Starts it again in the same data directory, after `stop` or `kill`.
    #[track_caller]
    pub fn start_again(&mut self) {
        assert!(self.has_exited(), "the server still runs");
        (self.process, self.log, self.address) = spawn(self.data.path(), &self.launch);
    }

    /// Stops it and starts it again.
    #[track_caller]
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    pub fn signal(&self, signal: Signal) {
        // An error means that it has ended already.
        let _ = kill_process(Pid::from_child(&self.process), signal);
    }

    #[track_caller]
    pub fn wait_for_exit(&mut self) -> ExitStatus {
        crate::wait::until("the server to end", STOP_TIMEOUT, || {
            self.process.try_wait().expect("our own child")
        })
    }

    fn has_exited(&mut self) -> bool {
        self.process.try_wait().expect("our own child").is_some()
    }

    /// How many descriptors the server has open: files, and a socket for each connection.
    pub fn descriptors(&self) -> usize {
        let path = format!("/proc/{}/fd", self.process.id());
        std::fs::read_dir(path).expect("the server runs").count()
    }

    /// Fails where the server holds `bytes` or more of memory beyond the `before` that `resident_bytes` gave.
    #[track_caller]
    pub fn expect_growth_below(&self, before: u64, bytes: u64) {
        const MIB: u64 = 1 << 20;
        let after = self.resident_bytes();
        assert!(after < before + bytes, "from {} to {} MiB", before / MIB, after / MIB);
    }

    /// What the server holds of the machine's memory, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).expect("the server runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("a process has a size");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of KiB");
        kib * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        if failed {
            eprintln!("--- the server wrote:\n{}---", self.log());
        }
        if !self.has_exited() {
            self.signal(if failed { Signal::KILL } else { Signal::TERM });
            self.wait_for_exit();
        }
        setup::keep_compiled_code(self.data.path());
        if !failed {
            // A guest's own panic names a file of the guest: that one is its affair.
            let panicked = !self.launch.arguments.iter().any(|argument| argument == "--fault")
                && self
                    .log()
                    .lines()
                    .any(|line| line.contains("panicked at host/") || line.contains("panicked at /"));
            assert!(!panicked, "something in the server panicked:\n{}", self.log());
        }
    }
}

/// How the server is started.
#[derive(Default)]
struct Launch {
    arguments: Vec<String>,
    /// The limit of open files, where it is another one than ours.
    open_files_max: Option<u64>,
}

/// A command of the executable under test, in this data directory, that asks nothing and is told nothing by its environment.
pub(crate) fn command(data: &Path) -> Command {
    with_environment(Command::new(binary::guesthouse()), data)
}

fn with_environment(mut command: Command, data: &Path) -> Command {
    command.arg("--data-dir").arg(data).stdin(Stdio::null());
    command
        .env_remove("GUESTHOUSE_DATA_DIR")
        .env_remove("GUESTHOUSE_CONTROL_TOKEN")
        .env_remove("GUESTHOUSE_SMTP_URL")
        .env_remove("GUESTHOUSE_MAIL_FROM")
        .env_remove("RUST_LOG");
    command
}

fn run_command(data: &Path, launch: &Launch) -> Command {
    let mut command = match launch.open_files_max {
        None => command(data),
        // The shell becomes the server, which has its process then.
        Some(limit) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")]);
            shell.arg(binary::guesthouse());
            with_environment(shell, data)
        }
    };
    command
        .args(["run", "--address", "127.0.0.1:0"])
        .args(&launch.arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[track_caller]
fn spawn(data: &Path, launch: &Launch) -> (Child, Log, SocketAddr) {
    let mut process = run_command(data, launch).spawn().expect("the executable runs");
    let log = Log::collect(process.stderr.take().expect("it is piped"));
    let Some(address) = log.wait_for_address(START_TIMEOUT) else {
        // It may have ended by itself.
        let _ = process.kill();
        let status = process.wait();
        panic!("the server did not start ({status:?}), and wrote:\n{}", log.text());
    };
    (process, log, address)
}
