//! What a server costs before the first request and without any: its start on a warm data directory, its resident memory.

use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;

use crate::options::Options;
use crate::process::resident_bytes_of_tree;
use crate::subject::{Kind, Subject};

/// A server that does something in the background after its start gets so long before its memory is read.
const SETTLE: Duration = Duration::from_secs(1);

/// One start.
#[derive(Debug, Serialize)]
pub struct Start {
    pub server: Kind,
    /// From the start of the process to its answer to the first request, which reads one row.
    pub first_answer_ms: f64,
    pub idle_mib: f64,
}

#[derive(Debug, Serialize)]
pub struct Memory {
    pub server: Kind,
    pub mib: f64,
}

/// Starts the servers again and again, in turns. The plain hyper server has no data to be warm with and is left alone.
pub async fn measure(subjects: Vec<Subject>, options: &Options) -> anyhow::Result<(Vec<Subject>, Vec<Start>)> {
    let mut starts = Vec::new();
    let mut subjects = subjects;
    for _ in 0..options.starts {
        let mut restarted = Vec::new();
        for subject in subjects {
            if subject.kind == Kind::Hyper {
                restarted.push(subject);
                continue;
            }
            let (subject, first_answer) = subject.restart().await?;
            sleep(SETTLE).await;
            starts.push(Start {
                server: subject.kind,
                first_answer_ms: first_answer.as_secs_f64() * 1_000.0,
                idle_mib: resident_mib(&subject)?,
            });
            restarted.push(subject);
        }
        subjects = restarted;
    }
    Ok((subjects, starts))
}

pub fn memory(subjects: &[Rc<Subject>]) -> anyhow::Result<Vec<Memory>> {
    let memory_of = |subject: &Rc<Subject>| {
        Ok(Memory {
            server: subject.kind,
            mib: resident_mib(subject)?,
        })
    };
    subjects.iter().map(memory_of).collect()
}

fn resident_mib(subject: &Subject) -> anyhow::Result<f64> {
    Ok(resident_bytes_of_tree(subject.server.pid())? as f64 / (1024.0 * 1024.0))
}
