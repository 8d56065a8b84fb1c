//! Results that are read row by row: a blocking thread reads, the consumer takes chunks.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::timeout,
};

use super::{
    error::Error,
    execute::Piece,
    limits,
    reader::{Reader, Readers},
    role::Role,
    value::{Statement, Value},
};
use crate::audit::Footprint;

/// Some rows, or why there are no more.
pub type Chunk = Result<Vec<Vec<Value>>, Error>;

/// The rows of one statement, all of one snapshot. Dropping it ends the statement.
pub struct RowStream {
    columns: Arc<[String]>,
    touched: Footprint,
    chunks: mpsc::Receiver<Chunk>,
}

impl RowStream {
    pub fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// What the statement touches.
    pub fn touched(&self) -> &Footprint {
        &self.touched
    }

    /// The next rows, at least one; `None` after the last. After an error nothing follows.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Chunk>> {
        self.chunks.poll_recv(context)
    }

    #[cfg(test)]
    pub async fn next(&mut self) -> Option<Chunk> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }
}

/// Starts reading; ready when the columns are known and the snapshot is taken.
pub async fn start(readers: &Arc<Readers>, role: &Arc<Role>, statement: Statement) -> Result<RowStream, Error> {
    let permit = readers.stream_permit().await?;
    let reader = readers.take().await?;
    let (columns, first) = oneshot::channel();
    let (rows, chunks) = mpsc::channel(limits::STREAM_CHUNKS_WAITING);
    let pump = Pump {
        idle: readers.stream_idle(),
        columns: Some(columns),
        rows,
        _permit: permit,
    };
    let (role, runtime) = (role.clone(), Handle::current());
    tokio::task::spawn_blocking(move || pump.run(reader, &role, &statement, &runtime));
    let (columns, touched) = first
        .await
        .map_err(|_| Error::Other("a read ended abnormally".into()))??;
    Ok(RowStream {
        columns,
        touched,
        chunks,
    })
}

/// What is known before the first row.
type Begun = (Arc<[String]>, Footprint);

struct Pump {
    idle: std::time::Duration,
    // `Some` until the columns are sent.
    columns: Option<oneshot::Sender<Result<Begun, Error>>>,
    rows: mpsc::Sender<Chunk>,
    _permit: OwnedSemaphorePermit,
}

impl Pump {
    fn run(mut self, mut reader: Reader, role: &Arc<Role>, statement: &Statement, runtime: &Handle) {
        let mut consumer_is_late = false;
        let result = reader.connection().stream(role, statement, |piece| match piece {
            Piece::Columns(columns, touched) => self
                .columns
                .take()
                .is_some_and(|sender| sender.send(Ok((columns, touched))).is_ok()),
            Piece::Rows(rows) => match runtime.block_on(timeout(self.idle, self.rows.send(Ok(rows)))) {
                Ok(sent) => sent.is_ok(),
                Err(_) => {
                    consumer_is_late = true;
                    false
                }
            },
        });
        drop(reader);
        let result = if consumer_is_late { Err(Error::TimedOut) } else { result };
        let Err(error) = result else { return };
        match self.columns.take() {
            Some(sender) => drop(sender.send(Err(error))),
            // The consumer takes it whenever it comes; it holds no connection any more, only this thread, and that
            // for as long again as it had for a chunk.
            None => drop(runtime.block_on(timeout(self.idle, self.rows.send(Err(error))))),
        }
    }
}
