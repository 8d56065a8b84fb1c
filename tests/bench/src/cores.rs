//! Which processor core serves and which one makes the load.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::Serialize;

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cores {
    pub server: usize,
    pub load: usize,
}

impl Cores {
    /// The two highest cores that this process may use: the lowest one often serves the machine's interrupts.
    pub fn choose() -> anyhow::Result<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut highest = (0..CpuSet::MAX_CPU).rev().filter(|&core| allowed.is_set(core));
        match (highest.next(), highest.next()) {
            (Some(server), Some(load)) => Ok(Self { server, load }),
            _ => anyhow::bail!("the benchmark needs two processor cores: one for the server, one for the load"),
        }
    }

    pub fn pin_to_load(self) -> io::Result<()> {
        pin_this_thread(self.load)
    }

    /// Runs `start` on the server's core, so that a process which it starts inherits that core and no other.
    pub fn on_server_core<T>(self, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        pin_this_thread(self.server)?;
        let started = start();
        pin_this_thread(self.load)?;
        started
    }
}

fn pin_this_thread(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    Ok(sched_setaffinity(None, &set)?)
}
