//! A running server process: start it on its core, wait for its first answer, stop it.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::cores::Cores;

/// The first start of a server may compile or create a lot.
const MAX_START: Duration = Duration::from_secs(60);
const MAX_STOP: Duration = Duration::from_secs(15);
/// How exactly the first answer is timed.
const POLL_EVERY: Duration = Duration::from_millis(1);
/// How much of a server's log an error shows.
const SHOWN_LOG_LINES: usize = 20;

pub struct Server {
    child: Child,
    host: String,
    log: PathBuf,
    started: Instant,
}

impl Server {
    /// `command` makes the command line for the address that the server shall listen on.
    pub fn start(cores: Cores, log: &Path, command: impl FnOnce(SocketAddr) -> Command) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = command(address);
        let output = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let started = Instant::now();
        let child = cores
            .on_server_core(|| command.spawn())
            .with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self {
            child,
            host: address.to_string(),
            log: log.to_owned(),
            started,
        })
    }

    /// As a `Host` header and as the address to connect to.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Repeats the request until it is answered with 200; gives the time since the process was started.
    pub async fn wait_for(&mut self, request: &[u8]) -> anyhow::Result<Duration> {
        loop {
            let seen = match Connection::open(&self.host).await {
                Ok(mut connection) => match connection.exchange(request).await {
                    Ok(200) => return Ok(self.started.elapsed()),
                    Ok(status) => format!("status {status}"),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!(
                    "the server ended ({status}) instead of answering; its log:\n{}",
                    self.log_tail()
                );
            }
            if self.started.elapsed() > MAX_START {
                anyhow::bail!(
                    "no good answer within {MAX_START:?}, last: {seen}; its log:\n{}",
                    self.log_tail()
                );
            }
            sleep(POLL_EVERY).await;
        }
    }

    /// Asks the server to end and waits for it, so that its data directory is left in order.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM)?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            anyhow::ensure!(
                asked.elapsed() < MAX_STOP,
                "a server did not end within {MAX_STOP:?} of SIGTERM"
            );
            sleep(POLL_EVERY).await;
        }
        Ok(())
    }

    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..].join("\n")
    }
}

impl Drop for Server {
    /// No server outlives the benchmark, also when it fails half way.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: a first answer can only be timed at an address that is known before the start.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
