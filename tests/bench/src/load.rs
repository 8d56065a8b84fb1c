//! One window: a number of connections, each asking again as soon as it was answered, for a fixed time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::connection::Connection;
use crate::options::Options;
use crate::sample::Sample;
use crate::scenario::Scenario;
use crate::statistics::percentile;
use crate::subject::Subject;

/// How long the last answers may take after the load has ended.
const MAX_DRAIN: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize)]
pub struct Window {
    pub requests: u64,
    pub requests_per_second: f64,
    /// CPU time of the server and its descendants per request.
    pub cpu_us: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Share of its core that the server used; below 1 the load or something else was the limit.
    pub server_busy: f64,
    /// CPU time that neither the server nor the load used, as a share of all cores: the noise of the machine.
    pub others_busy: f64,
}

/// What the connections share. All of them live on one thread.
struct Progress {
    completed: Cell<u64>,
    recording: Cell<bool>,
    ended: Cell<bool>,
    latencies_us: RefCell<Vec<u32>>,
}

/// Fails at the first answer that is not 200: no numbers from errors.
pub async fn measure(subject: &Rc<Subject>, scenario: Scenario, options: &Options) -> anyhow::Result<Window> {
    let progress = Rc::new(Progress {
        completed: Cell::new(0),
        recording: Cell::new(false),
        ended: Cell::new(false),
        latencies_us: RefCell::new(Vec::new()),
    });
    let mut connections = JoinSet::new();
    for _ in 0..options.connections {
        connections.spawn_local(ask(Rc::clone(subject), scenario, Rc::clone(&progress)));
    }
    let window = tokio::select! {
        biased;
        failure = first_failure(&mut connections) => Err(failure),
        window = observe(subject, &progress, options) => window,
    }?;
    progress.ended.set(true);
    let drained = timeout(MAX_DRAIN, connections.join_all()).await;
    drained
        .context("a request was never answered")?
        .into_iter()
        .collect::<anyhow::Result<()>>()?;
    Ok(window)
}

/// One connection of the load, until the end is said.
async fn ask(subject: Rc<Subject>, scenario: Scenario, progress: Rc<Progress>) -> anyhow::Result<()> {
    let mut connection = Connection::open(subject.server.host()).await?;
    let mut request = Vec::new();
    while !progress.ended.get() {
        subject.write_next(scenario, &mut request);
        let asked = Instant::now();
        let status = connection.exchange(&request).await?;
        let latency = asked.elapsed();
        if status != 200 {
            let body = String::from_utf8_lossy(connection.body());
            anyhow::bail!(
                "answered with {status}: {body}; the server's log:\n{}",
                subject.server.log_tail()
            );
        }
        progress.completed.set(progress.completed.get() + 1);
        if progress.recording.get() {
            progress
                .latencies_us
                .borrow_mut()
                .push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}

/// Waits for ever while nothing fails.
async fn first_failure(connections: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Error {
    while let Some(ended) = connections.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error,
            Err(error) => return error.into(),
        }
    }
    std::future::pending().await
}

async fn observe(subject: &Subject, progress: &Progress, options: &Options) -> anyhow::Result<Window> {
    sleep(options.warm_up()).await;
    progress.recording.set(true);
    let (before, first) = (progress.completed.get(), Sample::take(subject.server.pid())?);
    sleep(options.window()).await;
    let (after, last) = (progress.completed.get(), Sample::take(subject.server.pid())?);
    progress.recording.set(false);
    let mut latencies_us = progress.latencies_us.borrow_mut();
    let mut latency_ms = |percent| percentile(&mut latencies_us, percent).map(|us| f64::from(us) / 1_000.0);

    let requests = after - before;
    anyhow::ensure!(requests > 0, "not one answer within the window");
    let used = first.until(&last)?;
    Ok(Window {
        requests,
        requests_per_second: requests as f64 / used.seconds,
        cpu_us: used.server * 1e6 / requests as f64,
        p50_ms: latency_ms(50.0).context("no latencies")?,
        p99_ms: latency_ms(99.0).context("no latencies")?,
        server_busy: used.server / used.seconds,
        others_busy: used.others_busy,
    })
}
