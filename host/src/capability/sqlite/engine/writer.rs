//! The queue in front of a database's only writer, and how callers wait for their turn.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{self, SyncSender, TrySendError},
    },
    thread,
};

use tokio::{sync::oneshot, time::timeout};

use super::{
    connection::{Connection, Purpose},
    error::Error,
    job::{AbandonOnDrop, Batch, Job, Migrated, Ticket},
    migrate::Migration,
    reader::closed,
    role::Role,
    settings::Settings,
    stamp::Stamps,
    transaction::Transaction,
    value::{Outcome, Step},
    work::Work,
};

/// The queue in front of the writer.
pub struct Writer {
    queue: SyncSender<Job>,
    settings: Arc<Settings>,
}

impl Writer {
    /// Opens the connection and starts its thread.
    pub fn open(path: &Arc<Path>, settings: &Arc<Settings>) -> Result<(Self, Arc<Stamps>), Error> {
        let connection = Connection::open(path, Purpose::Write, settings)?;
        let stamps = Arc::new(Stamps::new(connection.catalog().plain_tables()));
        let (queue, jobs) = mpsc::sync_channel(settings.writer_queue);
        let mut work = Work::new(connection, settings.clone(), stamps.clone());
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work.serve(&jobs))
            .map_err(|error| Error::Other(format!("the writer cannot be started: {error}")))?;
        Ok((
            Self {
                queue,
                settings: settings.clone(),
            },
            stamps,
        ))
    }

    pub async fn batch(&self, role: &Arc<Role>, steps: Vec<Step>) -> Result<Vec<Outcome>, Error> {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::default();
        self.push(Job::Batch(Batch {
            role: role.clone(),
            steps,
            ticket: ticket.clone(),
            reply,
        }))?;
        self.wait(ticket, answer).await
    }

    pub async fn begin(&self, role: &Arc<Role>) -> Result<Transaction, Error> {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::default();
        self.push(Job::Begin {
            role: role.clone(),
            ticket: ticket.clone(),
            reply,
        })?;
        self.wait(ticket, answer).await
    }

    pub async fn migrate(&self, role: &Arc<Role>, set: &str, migrations: Vec<Migration>) -> Migrated {
        let (reply, answer) = oneshot::channel();
        self.push(Job::Migrate {
            role: role.clone(),
            set: set.into(),
            migrations,
            reply,
        })?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    /// Ends the thread after what waits already, with the write-ahead log copied into the file.
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        let mut job = Job::Close { reply };
        while let Err(TrySendError::Full(returned)) = self.queue.try_send(job) {
            job = returned;
            tokio::task::yield_now().await;
        }
        drop(answer.await);
    }

    fn push(&self, job: Job) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => closed(),
        })
    }

    async fn wait<T>(&self, ticket: Ticket, mut answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        let guard = AbandonOnDrop(ticket);
        let result = match timeout(self.settings.writer_wait, &mut answer).await {
            Ok(result) => result,
            Err(_) if guard.0.abandon() => return Err(Error::Busy),
            Err(_) => answer.await,
        };
        result.unwrap_or_else(|_| Err(closed()))
    }
}
