//! The command line of the benchmark: measure all servers in one run, or be the plain hyper server that is the floor.

mod build;
mod cold;
mod connection;
mod cores;
mod hello;
mod listeners;
mod load;
mod options;
mod process;
mod report;
mod request;
mod rounds;
mod row;
mod sample;
mod scenario;
mod server;
mod statistics;
mod subject;
mod tables;
mod verdict;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tokio::runtime;
use tokio::task::LocalSet;

use crate::cores::Cores;
use crate::listeners::Listeners;
use crate::options::Options;
use crate::report::Report;
use crate::subject::Subject;

#[derive(Parser)]
#[command(name = "guesthouse-bench", version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    mode: Option<Mode>,
    #[command(flatten)]
    options: Options,
}

#[derive(Subcommand)]
enum Mode {
    /// Serve "hello, world" with plain hyper: what an answer costs when nothing stands between the socket and the bytes
    HyperHello {
        #[arg(long, default_value = "127.0.0.1:4001")]
        address: SocketAddr,
    },
    /// Measure what it costs to tell many listeners of every row that is inserted, beside PocketBase
    Listeners(Listeners),
}

fn main() -> ExitCode {
    match run_mode(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_mode(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.mode {
        Some(Mode::HyperHello { address }) => LocalSet::new().block_on(&runtime, hello::serve(address)),
        Some(Mode::Listeners(listeners)) => LocalSet::new().block_on(&runtime, unless_interrupted(listeners.run())),
        None => LocalSet::new().block_on(&runtime, unless_interrupted(run(&arguments.options))),
    }
}

/// An interrupt drops what is under way, and with it the servers and their data directories.
async fn unless_interrupted(run: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::select! {
        result = run => result,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            anyhow::bail!("interrupted")
        }
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let cores = Cores::choose()?;
    // The load stays on its own core from here on; a server inherits the core that `Server::start` pins it to.
    cores.pin_to_load()?;
    let subjects = Subject::prepare_all(options, cores).await?;
    for subject in &subjects {
        subject.check_answers(&options.scenarios()).await?;
    }
    let (subjects, starts) = cold::measure(subjects, options).await?;
    let subjects: Vec<Rc<Subject>> = subjects.into_iter().map(Rc::new).collect();
    let windows = rounds::measure(&subjects, options).await?;
    let after_load = cold::memory(&subjects)?;
    for subject in subjects {
        Rc::into_inner(subject)
            .context("a window still uses a server")?
            .stop()
            .await?;
    }
    let report = Report::new(options, cores, windows, starts, after_load);
    print!("{report}");
    if let Some(path) = &options.json {
        report.write_json(path)?;
    }
    Ok(())
}
