//! The read connections of one database: a bounded pool, short reads inline, long ones on a blocking thread.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    connection::{Connection, Purpose},
    error::Error,
    role::Role,
    settings::Settings,
    stamp::Stamps,
    value::{Outcome, Statement},
};
use crate::faults::{self, Place};

/// The pool.
pub struct Readers {
    path: Arc<Path>,
    settings: Arc<Settings>,
    stamps: Arc<Stamps>,
    idle: Mutex<Vec<Idle>>,
    free: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

struct Idle {
    connection: Connection,
    schema: u64,
}

/// A connection taken from the pool. It returns there when it is dropped.
pub struct Reader {
    // `Some` until it is dropped.
    idle: Option<Idle>,
    pool: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub fn new(path: &Arc<Path>, settings: &Arc<Settings>, stamps: &Arc<Stamps>) -> Arc<Self> {
        Arc::new(Self {
            path: path.clone(),
            settings: settings.clone(),
            stamps: stamps.clone(),
            idle: Mutex::new(Vec::new()),
            free: Arc::new(Semaphore::new(settings.readers.max(1))),
            streams: Arc::new(Semaphore::new(settings.streams.clamp(1, settings.readers.max(1)))),
        })
    }

    /// Takes a connection, waiting for one where all are taken.
    pub async fn take(self: &Arc<Self>) -> Result<Reader, Error> {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.free.clone().acquire_owned().await.map_err(|_| closed())?,
        };
        let schema = self.stamps.schema();
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut idle = match idle {
            Some(idle) => idle,
            None => Idle {
                connection: Connection::open(&self.path, Purpose::Read, &self.settings)?,
                schema,
            },
        };
        if idle.schema != schema {
            idle.connection.refresh()?;
            idle.schema = schema;
        }
        Ok(Reader {
            idle: Some(idle),
            pool: self.clone(),
            _permit: permit,
        })
    }

    /// Leave for one more stream, of which there may be fewer than readers.
    pub async fn stream_permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.streams.clone().acquire_owned().await.map_err(|_| closed())
    }

    /// How long a stream waits for its consumer.
    pub fn stream_idle(&self) -> std::time::Duration {
        self.settings.stream_idle
    }

    /// Waits for the reads that run, refuses further ones and closes the connections.
    pub async fn close(&self) {
        self.streams.close();
        let all = u32::try_from(self.settings.readers.max(1)).unwrap_or(u32::MAX);
        let everything = self.free.acquire_many(all).await;
        self.free.close();
        drop(everything);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Runs the statements on one snapshot.
    pub async fn read(self: &Arc<Self>, role: &Arc<Role>, statements: Vec<Statement>) -> Result<Vec<Outcome>, Error> {
        faults::visit(Place::Read);
        let mut reader = self.take().await?;
        reader.connection().limit_time(self.settings.inline_read);
        match reader.run_all(role, &statements) {
            Err(Error::TimedOut) => {}
            result => return result,
        }
        let (role, time) = (role.clone(), self.settings.read_time);
        let long = tokio::task::spawn_blocking(move || {
            reader.connection().limit_time(time);
            reader.run_all(&role, &statements)
        });
        long.await
            .unwrap_or_else(|_| Err(Error::Other("a read ended abnormally".into())))
    }
}

impl Reader {
    /// The connection.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self
            .idle
            .as_mut()
            .expect("a reader has its connection until it is dropped")
            .connection
    }

    fn run_all(&mut self, role: &Arc<Role>, statements: &[Statement]) -> Result<Vec<Outcome>, Error> {
        let connection = self.connection();
        if let [statement] = statements {
            return connection.run(role, statement).map(|outcome| vec![outcome]);
        }
        connection.own("BEGIN")?;
        let results = statements
            .iter()
            .map(|statement| connection.run(role, statement))
            .collect();
        connection.lift_time_limit();
        if connection.in_transaction() {
            connection.own("COMMIT")?;
        }
        results
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(idle) = self.idle.take() else { return };
        idle.connection.lift_time_limit();
        // A connection that cannot end its transaction would keep an old snapshot for ever.
        if !idle.connection.in_transaction() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(idle);
        }
    }
}

/// What a call to a closed database gives.
pub fn closed() -> Error {
    Error::Other("the database is closed".into())
}
