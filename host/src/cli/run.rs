//! The options of `guesthouse run`.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
pub struct RunOptions {
    /// The address to listen on. Port 0 takes a free one; the line `listening on` says which.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:4000")]
    pub address: SocketAddr,
    /// How browsers reach this server, such as `https://example.com`. Without it, the address.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// For development: more to see, less to protect. Off by default.
    #[arg(long)]
    pub dev: bool,
    /// When a write counts as done. `normal`: it survives the end of this process, by a crash or `kill -9` too. `full`: it
    /// survives the loss of power as well, at the cost of a sync of the disk for each group of writes.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Sync::Normal, hide_possible_values = true)]
    pub sync: Sync,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sync {
    Normal,
    Full,
}
