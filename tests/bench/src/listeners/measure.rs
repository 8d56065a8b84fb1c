//! One server with so many listeners: what they take while nothing happens, and what it costs to tell all of them of each row.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Listeners;
use super::stream::{Heard, Progress, Stream};
use crate::connection::Connection;
use crate::process::resident_bytes_of_tree;
use crate::sample::Sample;
use crate::scenario::Scenario;
use crate::statistics::percentile;
use crate::subject::{Kind, Subject, Subscription};

/// Subscriptions that are opened at once.
const OPENED_AT_ONCE: usize = 16;
/// Until memory is read: what a server does after a start or a subscription is over then.
const SETTLE: Duration = Duration::from_secs(3);
/// How long the last events may take.
const MAX_DRAIN: Duration = Duration::from_secs(60);

#[derive(Debug, Serialize)]
pub struct Measured {
    pub server: Kind,
    pub listeners: u32,
    /// Resident memory that each listener added while it heard nothing; nothing where nobody listened.
    pub idle_kib_each: Option<f64>,
    pub events: u64,
    /// CPU time of the server, its writes included, for each event that a listener got.
    pub cpu_us_per_event: Option<f64>,
    /// What an insert itself takes, from its request to its answer.
    pub insert_p50_ms: f64,
    pub insert_p99_ms: f64,
    /// From the request to insert a row to its event at a listener.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub highest_ms: f64,
    /// Share of its core that the server used.
    pub server_busy: f64,
    /// Share of its core that the listeners used: near 1 it is they that are late.
    pub load_busy: f64,
    /// CPU time that neither used, as a share of all cores.
    pub others_busy: f64,
}

pub async fn measure(subject: &Subject, listeners: u32, options: &Listeners) -> anyhow::Result<Measured> {
    eprintln!("{}: {listeners} listeners", subject.kind);
    sleep(SETTLE).await;
    let before = resident_bytes_of_tree(subject.server.pid())?;
    let heard = Heard::new();
    let (mut listening, silent) = listen(subject, listeners, options, &heard).await?;
    sleep(SETTLE).await;
    let after = resident_bytes_of_tree(subject.server.pid())?;

    let start = Sample::take(subject.server.pid())?;
    let expected = u64::from(listeners) * options.writes();
    let work = async {
        let inserts_us = write(subject, options, &heard).await?;
        wait_for_all(&heard, expected).await?;
        anyhow::Ok(inserts_us)
    };
    let mut inserts_us = tokio::select! {
        biased;
        Some(ended) = listening.join_next() => anyhow::bail!("a listener ended: {ended:?}"),
        worked = work => worked?,
    };
    let end = Sample::take(subject.server.pid())?;
    listening.shutdown().await;
    drop(silent);

    let used = start.until(&end)?;
    let mut latencies_us = heard.latencies_us.borrow_mut();
    let ms = |values: &mut Vec<u32>, percent| percentile(values, percent).map_or(0.0, |us| f64::from(us) / 1_000.0);
    Ok(Measured {
        server: subject.kind,
        listeners,
        idle_kib_each: each(after.saturating_sub(before) as f64 / 1024.0, u64::from(listeners)),
        events: expected,
        cpu_us_per_event: each(used.server * 1e6, expected),
        insert_p50_ms: ms(&mut inserts_us, 50.0),
        insert_p99_ms: ms(&mut inserts_us, 99.0),
        p50_ms: ms(&mut latencies_us, 50.0),
        p99_ms: ms(&mut latencies_us, 99.0),
        highest_ms: ms(&mut latencies_us, 100.0),
        server_busy: used.server / used.seconds,
        load_busy: used.load / used.seconds,
        others_busy: used.others_busy,
    })
}

/// What each of so many has of the whole; nothing where there is none.
fn each(whole: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| whole / count as f64)
}

/// Opens the subscriptions, and lets each listen in a task of its own. Those that never read are returned as they are.
async fn listen(
    subject: &Subject,
    listeners: u32,
    options: &Listeners,
    heard: &Rc<Heard>,
) -> anyhow::Result<(JoinSet<anyhow::Result<()>>, Vec<Stream>)> {
    let (host, subscription) = (subject.server.host(), subject.subscription());
    let mut silent = Vec::new();
    for _ in 0..u64::from(listeners) * u64::from(options.silent_percent) / 100 {
        silent.push(subscription.open(host).await?);
    }
    let mut listening = JoinSet::new();
    let mut left = listeners as usize;
    while left > 0 {
        let portion = left.min(OPENED_AT_ONCE);
        let mut opening = JoinSet::new();
        for _ in 0..portion {
            let (host, leaves) = (host.to_owned(), options.leaving_percent > 0);
            opening.spawn_local(async move {
                match leaves {
                    true => subscription.resume(&host, Progress::default()).await,
                    false => subscription.open(&host).await,
                }
            });
        }
        for (index, opened) in opening.join_all().await.into_iter().enumerate() {
            let listener = Listener {
                host: host.to_owned(),
                subscription,
                stay: options.stay(),
                heard: heard.clone(),
            };
            // Whoever leaves does so at a time of its own.
            let share = (left - index) as f64 / f64::from(listeners);
            listening.spawn_local(listener.come_and_go(opened.context("a subscription")?, share));
        }
        left -= portion;
    }
    Ok((listening, silent))
}

/// A listener, and how long it stays; for ever where that is not said.
struct Listener {
    host: String,
    subscription: Subscription,
    stay: Option<Duration>,
    heard: Rc<Heard>,
}

impl Listener {
    /// Listens, goes away after a while, and comes back where it was. The first time it stays for that share of its while.
    async fn come_and_go(self, mut stream: Stream, share: f64) -> anyhow::Result<()> {
        let Some(stay) = self.stay else {
            return stream.listen(&self.heard).await;
        };
        let mut progress = stream.listen_for(stay.mul_f64(share), &self.heard).await?;
        loop {
            stream = self.subscription.resume(&self.host, progress).await?;
            progress = stream.listen_for(stay, &self.heard).await?;
        }
    }
}

/// Inserts rows at an even pace; says how long each took. One that takes longer than the pace delays the next ones.
async fn write(subject: &Subject, options: &Listeners, heard: &Heard) -> anyhow::Result<Vec<u32>> {
    let mut took_us = Vec::new();
    let mut connection = Connection::open(subject.server.host()).await?;
    let mut pace = interval(options.between_writes());
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut request = Vec::new();
    for _ in 0..options.writes() {
        pace.tick().await;
        let number = subject.write_next(Scenario::Insert, &mut request);
        heard.note_sent(number);
        let begun = Instant::now();
        let status = connection.exchange(&request).await?;
        took_us.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        anyhow::ensure!(status == 200, "an insert was answered with {status}");
    }
    Ok(took_us)
}

async fn wait_for_all(heard: &Heard, expected: u64) -> anyhow::Result<()> {
    let begun = Instant::now();
    while heard.events.get() < expected {
        let got = heard.events.get();
        anyhow::ensure!(begun.elapsed() < MAX_DRAIN, "{got} events instead of {expected}");
        sleep(Duration::from_millis(1)).await;
    }
    anyhow::ensure!(heard.events.get() == expected, "more events than there were rows");
    Ok(())
}
