//! How the engine runs: durability, pool sizes, time limits and result limits.

use std::time::Duration;

/// When SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// At checkpoints: a commit survives a killed process, and the file stays intact after a power loss.
    Normal,
    /// At each commit: a commit survives a power loss.
    Full,
}

/// The settings of all databases of one [`super::Databases`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// When SQLite waits for the disk.
    pub synchronous: Synchronous,
    /// Read connections of one database; further reads wait for one of them.
    pub readers: usize,
    /// How many of the readers may be held by streams at once, so that short reads always find one.
    pub streams: usize,
    /// Prepared statements kept per connection.
    pub statements: usize,
    /// What a read may use of the calling thread; one that needs more is started afresh on a blocking thread.
    pub inline_read: Duration,
    /// What a batch, and the group that it is committed with, may use of the calling thread; one that needs more goes to the
    /// writer's thread.
    pub inline_write: Duration,
    /// How long one read may run, and one chunk of a stream be computed.
    pub read_time: Duration,
    /// How long one batch may run.
    pub write_time: Duration,
    /// How long one migration may run.
    pub migration_time: Duration,
    /// How long a batch or a transaction waits for the writer before `busy`.
    pub writer_wait: Duration,
    /// Writes that wait for the writer; further ones are `busy` at once.
    pub writer_queue: usize,
    /// Batches that are committed together at most: bounds the time that the first of them waits for its answer.
    pub group: usize,
    /// How long the batches of one group may run before it is committed and the next one begins.
    pub group_time: Duration,
    /// How long an interactive transaction may hold the writer.
    pub lease: Duration,
    /// How long a stream waits for its consumer before it ends.
    pub stream_idle: Duration,
    /// Rows of one result.
    pub result_rows: usize,
    /// Bytes of one result.
    pub result_bytes: usize,
    /// Bytes of the parameters of one statement.
    pub parameter_bytes: usize,
    /// Statements of one batch or `query_all`.
    pub batch_statements: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::Normal,
            readers: 8,
            streams: 4,
            statements: 512,
            inline_read: Duration::from_millis(1),
            inline_write: Duration::from_millis(2),
            read_time: Duration::from_secs(5),
            write_time: Duration::from_secs(5),
            migration_time: Duration::from_secs(300),
            writer_wait: Duration::from_secs(6),
            writer_queue: 1024,
            group: 256,
            group_time: Duration::from_millis(20),
            lease: Duration::from_secs(5),
            stream_idle: Duration::from_secs(10),
            result_rows: 10_000,
            result_bytes: 8 * 1024 * 1024,
            parameter_bytes: 16 * 1024 * 1024,
            batch_statements: 2000,
        }
    }
}
