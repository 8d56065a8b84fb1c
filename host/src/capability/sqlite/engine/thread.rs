//! The writer's thread: for what takes long, or waits for the disk, and would hold up everything else on the thread of a task.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
    thread,
};

use super::{
    error::Error,
    job::Job,
    turns::{Turn, Turns},
    work::Work,
};
use crate::faults::{self, Place};

/// Starts the thread. It ends when it is told to, or when nobody is left who could tell.
pub fn start(turns: Arc<Turns>, jobs: Receiver<Job>) -> Result<(), Error> {
    thread::Builder::new()
        .name("sqlite-writer".into())
        .spawn(move || serve(&turns, &jobs))
        .map_err(|error| Error::Other(format!("the writer cannot be started: {error}")))?;
    Ok(())
}

fn serve(turns: &Turns, jobs: &Receiver<Job>) {
    while let Some(job) = next(turns, jobs) {
        let mut turn = turns.turn();
        let Some(work) = turn.as_mut() else { return };
        if let Job::Close { reply } = job {
            end(turns, turn);
            // Whoever asked may be gone.
            let _ = reply.send(());
            return;
        }
        // Whoever waited for what was under way is told that there is no answer. The next one finds the connection rolled back.
        let served = catch_unwind(AssertUnwindSafe(|| {
            faults::visit(Place::Writer);
            serve_one(work, job);
            work.commit_waiting(turns);
            work.checkpoint_if_long();
        }));
        if served.is_err() {
            tracing::error!("the thread of a database's writer panicked, and goes on");
            work.recover();
        }
    }
    end(turns, turns.turn());
}

/// Waits for a job, unless tasks that found the connection taken have left their batches to whoever had it.
fn next(turns: &Turns, jobs: &Receiver<Job>) -> Option<Job> {
    if turns.is_empty() {
        return jobs.recv().ok();
    }
    Some(jobs.try_recv().unwrap_or(Job::Look))
}

fn serve_one(work: &mut Work, job: Job) {
    match job {
        Job::Look | Job::Close { .. } => {}
        Job::Long(batch) => work.commit_patiently(vec![batch]),
        Job::Begin { role, ticket, reply } if ticket.take() => work.serve_transaction(&role, reply),
        Job::Begin { .. } => {}
        Job::Migrate {
            role,
            set,
            migrations,
            reply,
        } => {
            let result = work.migrate(&role, &set, migrations);
            drop(reply.send(result));
        }
    }
}

/// Commits what waits, empties the log and closes the connection.
fn end(turns: &Turns, mut turn: Turn<'_>) {
    turns.close();
    if let Some(work) = turn.as_mut() {
        while !turns.is_empty() {
            work.commit_waiting(turns);
        }
        work.checkpoint_at_close();
    }
    *turn = None;
}
