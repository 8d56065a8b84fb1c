//! Every bound of the SQLite engine, each with its reason.

/// Bytes of one SQL statement: generated statements with long lists stay far below it.
pub const SQL_BYTES: i32 = 256 * 1024;
/// Bytes of one value or row: larger things are files.
pub const VALUE_BYTES: i32 = 16 * 1024 * 1024;
/// Columns of a table or a result: SQLite's default is 2000, which nobody's table needs.
pub const COLUMNS: i32 = 1000;
/// Depth of an expression tree: deep ones cost stack while they are parsed.
pub const EXPRESSION_DEPTH: i32 = 200;
/// Terms of a compound SELECT, for the same reason.
pub const COMPOUND_SELECT_TERMS: i32 = 100;
/// Instructions of one compiled statement: bounds the memory of a prepared statement.
pub const PROGRAM_INSTRUCTIONS: i32 = 1_000_000;
/// Arguments of one function call.
pub const FUNCTION_ARGUMENTS: i32 = 100;
/// Bytes of a LIKE or GLOB pattern: matching is quadratic in it.
pub const LIKE_PATTERN_BYTES: i32 = 5_000;
/// Parameters of one statement.
pub const PARAMETERS: i32 = 10_000;
/// Depth of triggers that fire triggers.
pub const TRIGGER_DEPTH: i32 = 50;

/// Instructions between two looks at the clock: some tens of microseconds.
pub const PROGRESS_INSTRUCTIONS: i32 = 1000;
/// How long a connection waits for a lock of another process (a backup tool, a shell) before `busy`.
pub const BUSY_TIMEOUT_MS: u64 = 2_000;
/// Bytes that the write-ahead log is cut back to when it was larger: what a burst of writes may leave on the disk.
pub const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;
/// Pages in the write-ahead log at which the writer's thread copies them into the database file.
pub const CHECKPOINT_PAGES: u32 = 1000;
/// Kibibytes of page cache of each connection.
pub const PAGE_CACHE_KIB: i64 = 8 * 1024;

/// Compiled regular expressions and JSON schemas kept per connection.
pub const COMPILED_PATTERNS: usize = 64;
/// Bytes that one compiled regular expression may take.
pub const REGEX_BYTES: usize = 1024 * 1024;
/// Characters of a statement's text that an error about a migration repeats.
pub const QUOTED_STATEMENT_CHARS: usize = 200;
/// Rows that travel together in a stream of rows.
pub const STREAM_CHUNK_ROWS: usize = 128;
/// Bytes after which a chunk of a stream is sent though it has fewer rows.
pub const STREAM_CHUNK_BYTES: usize = 256 * 1024;
/// Chunks of a stream that wait for its consumer.
pub const STREAM_CHUNKS_WAITING: usize = 2;

/// Changes of rows that the log of a database keeps: at a thousand writes a second a reader may be a minute behind.
pub const CHANGES_KEPT: usize = 65_536;
/// Bytes that these changes take, and again those of the transaction under way.
pub const CHANGES_KEPT_BYTES: usize = 32 * 1024 * 1024;
/// Changes that one read gives: larger steps are no faster.
pub const CHANGES_READ: u32 = 1000;
/// Bytes of changes that one read gives, unless the first one is larger.
pub const CHANGES_READ_BYTES: usize = 1024 * 1024;
/// Tables of one database whose changes are captured: none is ever given up, so that who comes back misses nothing.
pub const CHANGES_TABLES: usize = 1000;
/// Bytes of the name of such a table.
pub const TABLE_NAME_BYTES: usize = 256;
