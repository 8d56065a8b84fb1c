//! What the server, the load and the rest of the machine used between two moments.

use std::time::{Duration, Instant};

use crate::process::{cores_of_machine, cpu_time_of_machine, cpu_time_of_this, cpu_time_of_tree};

/// Above this share of the machine used by other processes, the numbers are not to be trusted.
pub const MAX_OTHERS_BUSY: f64 = 0.05;

/// The counters at one moment.
pub struct Sample {
    at: Instant,
    server: Duration,
    load: Duration,
    machine: Duration,
}

/// What was used between two of them, in seconds.
pub struct Used {
    pub seconds: f64,
    /// By the server and its descendants.
    pub server: f64,
    pub load: f64,
    /// CPU time that neither the server nor the load used, as a share of all cores.
    pub others_busy: f64,
}

impl Sample {
    /// The counters now; `pid` is that of the server.
    pub fn take(pid: u32) -> anyhow::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: cpu_time_of_tree(pid)?,
            load: cpu_time_of_this()?,
            machine: cpu_time_of_machine()?,
        })
    }

    pub fn until(&self, later: &Self) -> anyhow::Result<Used> {
        let seconds = (later.at - self.at).as_secs_f64();
        // A descendant that has ended without being waited for takes its time along.
        let server = later.server.saturating_sub(self.server).as_secs_f64();
        let load = (later.load - self.load).as_secs_f64();
        let machine = later.machine.saturating_sub(self.machine).as_secs_f64();
        Ok(Used {
            seconds,
            server,
            load,
            others_busy: (machine - server - load).max(0.0) / seconds / cores_of_machine()? as f64,
        })
    }
}
