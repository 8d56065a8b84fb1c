//! Databases by name: files in the data directory, opened once, shared by everyone.

use std::{
    collections::HashMap,
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    changes::{Changes, ChangesError, Log},
    error::Error,
    migrate::{Applied, Migration, MigrationError},
    reader::Readers,
    role::{Cover, Role},
    settings::Settings,
    stamp::Stamps,
    stream::{self, RowStream},
    transaction::Transaction,
    value::{ColumnDescription, Outcome, Statement, Step},
    writer::Writer,
};

/// The databases of one data directory.
pub struct Databases {
    directory: PathBuf,
    settings: Arc<Settings>,
    open: Mutex<HashMap<String, Arc<Database>>>,
}

impl Databases {
    pub fn new(directory: &Path, settings: Settings) -> Self {
        Self {
            directory: directory.into(),
            settings: Arc::new(settings),
            open: Mutex::default(),
        }
    }

    /// Opens `<name>.db`, creating it where it is missing. A file that is no database is an error and stays as it is.
    pub fn open(&self, name: &str) -> Result<Arc<Database>, Error> {
        if !is_valid_name(name) {
            return Err(Error::Other(format!("{name:?} is not a name of a database")));
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = open.get(name) {
            return Ok(database.clone());
        }
        let database = Arc::new(Database::open(
            &self.directory.join(format!("{name}.db")),
            &self.settings,
        )?);
        open.insert(name.into(), database.clone());
        Ok(database)
    }

    /// Whether there is a database of this name, so that opening it makes none.
    pub fn exists(&self, name: &str) -> bool {
        is_valid_name(name) && self.directory.join(format!("{name}.db")).exists()
    }

    /// Waits for the writes that wait already, and closes every database.
    pub async fn close(&self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for database in open.into_values() {
            database.close().await;
        }
    }
}

/// One database: a writer and a pool of readers.
pub struct Database {
    writer: Writer,
    readers: Arc<Readers>,
    stamps: Arc<Stamps>,
    log: Arc<Log>,
    settings: Arc<Settings>,
}

impl Database {
    fn open(path: &Path, settings: &Arc<Settings>) -> Result<Self, Error> {
        check_file(path)?;
        let path: Arc<Path> = path.into();
        let (writer, stamps, log) = Writer::open(&path, settings)?;
        let readers = Readers::new(&path, settings, &stamps);
        Ok(Self {
            writer,
            readers,
            stamps,
            log,
            settings: settings.clone(),
        })
    }

    /// Runs one statement that reads.
    pub async fn query(&self, role: &Arc<Role>, statement: Statement) -> Result<Outcome, Error> {
        let mut outcomes = self.readers.read(role, vec![statement]).await?;
        outcomes
            .pop()
            .ok_or_else(|| Error::Other("a read gave no result".into()))
    }

    /// Runs several statements that read, on one snapshot.
    pub async fn query_all(&self, role: &Arc<Role>, statements: Vec<Statement>) -> Result<Vec<Outcome>, Error> {
        self.check_count(statements.len())?;
        self.readers.read(role, statements).await
    }

    /// Runs the steps in order, all of them or none; returns when they are committed.
    pub async fn batch(&self, role: &Arc<Role>, steps: Vec<Step>) -> Result<Vec<Outcome>, Error> {
        self.check_count(steps.len())?;
        self.writer.batch(role, steps).await
    }

    /// Begins a transaction under a lease.
    pub async fn begin(&self, role: &Arc<Role>) -> Result<Transaction, Error> {
        self.writer.begin(role).await
    }

    /// Runs one statement that reads and streams its rows.
    pub async fn read(&self, role: &Arc<Role>, statement: Statement) -> Result<RowStream, Error> {
        stream::start(&self.readers, role, statement).await
    }

    /// Compiles one statement that reads and says which columns its result has.
    pub async fn describe(&self, role: &Arc<Role>, sql: &str) -> Result<Vec<ColumnDescription>, Error> {
        self.readers.take().await?.connection().describe(role, sql)
    }

    /// A number that is another one after every committed change to the schema or to one of `tables`.
    pub fn stamp(&self, role: &Role, tables: &[String]) -> Result<u64, Error> {
        match tables.iter().find(|table| role.read(table, "") == Cover::None) {
            Some(table) => Err(Error::Denied(format!("table {table}"))),
            None => Ok(self.stamps.stamp(tables)),
        }
    }

    /// The log of what is committed to `tables`.
    pub fn changes(&self, role: &Arc<Role>, tables: &[String]) -> Result<Changes, ChangesError> {
        Changes::open(&self.log, role, tables)
    }

    /// Applies the migrations of `set` that were not applied yet.
    pub async fn migrate(
        &self,
        role: &Arc<Role>,
        set: &str,
        migrations: Vec<Migration>,
    ) -> Result<Vec<Applied>, MigrationError> {
        self.writer.migrate(role, set, migrations).await
    }

    /// Ends reads and writes and empties the write-ahead log.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        self.log.close();
    }

    /// How many statements the next reader keeps.
    #[cfg(test)]
    pub async fn reader_statements(&self) -> usize {
        let mut reader = self.readers.take().await.expect("a reader");
        reader.connection().cached_statements()
    }

    fn check_count(&self, count: usize) -> Result<(), Error> {
        if count > self.settings.batch_statements {
            return Err(Error::TooLarge(format!(
                "more than {} statements",
                self.settings.batch_statements
            )));
        }
        Ok(())
    }
}

fn is_valid_name(name: &str) -> bool {
    const LONGEST: usize = 63;
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// SQLite would take an empty file for an empty database and forget the log beside it, and overwrite nothing else.
fn check_file(path: &Path) -> Result<(), Error> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let failed = |error: std::io::Error| Error::Other(format!("the database file cannot be read: {}", error.kind()));
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => drop(file.take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    if start.is_empty() {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        return match std::fs::metadata(&log) {
            Ok(log) if log.len() > 0 => Err(Error::Other(
                "the database file is missing or empty, but its write-ahead log is not".into(),
            )),
            _ => Ok(()),
        };
    }
    if start == MAGIC {
        Ok(())
    } else {
        Err(Error::Other(
            "the file is not a SQLite database, or it is damaged".into(),
        ))
    }
}
