//! One connection: how it is set up, and how a statement runs on it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{ffi as sqlite, limits::Limit};

use super::{
    authorizer::{Actor, Authorizer, Report, hide_missing_table},
    catalog::Catalog,
    error::Error,
    ffi::{Handle, OpenMode, Prepared, StepResult},
    foreign_keys::{self, ForeignKeys},
    functions, limits,
    role::Role,
    settings::{Settings, Synchronous},
    statements::{Entry, Statements},
    value::{Outcome, Statement, Value},
};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Read,
    Write,
    /// Compiles statements without foreign keys, see [`super::foreign_keys`]; runs none.
    Check,
}

/// What the statements that ran since `take_touched` wrote. It may name too much, never too little.
#[derive(Debug, Default)]
pub struct Touched {
    pub tables: Vec<String>,
    pub schema: bool,
}

/// A connection with its statements.
pub struct Connection {
    // Field order is drop order: statements go before the handle that they were prepared on.
    statements: Statements,
    own: Statements,
    checker: Option<Box<Connection>>,
    handle: Handle,
    authorizer: Authorizer,
    catalog: Arc<Catalog>,
    deadline: Deadline,
    purpose: Purpose,
    settings: Arc<Settings>,
    path: Arc<Path>,
    touched: Touched,
}

impl Connection {
    pub fn open(path: &Arc<Path>, purpose: Purpose, settings: &Arc<Settings>) -> Result<Self, Error> {
        let mode = if purpose == Purpose::Write {
            OpenMode::Create
        } else {
            OpenMode::ReadOnly
        };
        let handle = Handle::open(path, mode)?;
        configure(&handle, purpose, settings)?;
        functions::register(handle.wrapper()).map_err(|error| Error::from_wrapper(&error))?;
        let catalog = Arc::new(Catalog::load(handle.wrapper())?);
        let authorizer = Authorizer::install(handle.wrapper(), catalog.clone());
        let deadline = Deadline::install(handle.wrapper());
        Ok(Self {
            statements: Statements::new(settings.statements),
            own: Statements::new(OWN_STATEMENTS),
            checker: None,
            handle,
            authorizer,
            catalog,
            deadline,
            purpose,
            settings: settings.clone(),
            path: path.clone(),
            touched: Touched::default(),
        })
    }

    /// Runs one statement of a role. `error.denied` on a read connection for one that could write.
    pub fn run(&mut self, role: &Arc<Role>, statement: &Statement) -> Result<Outcome, Error> {
        let position = self.find(role, &statement.sql)?;
        let result = self.step_through(position, statement);
        let report = self.authorizer.take_report();
        note(&mut self.touched, &report.writes, report.changes_schema);
        if result.is_err() && report.denied.is_some() {
            self.statements.remove(position);
        }
        match (result, report.denied) {
            (Err(_), Some(what)) => Err(Error::Denied(what)),
            (result, _) => result,
        }
    }

    /// Gives the rows of a statement piece by piece: the columns first, then chunks until `take` returns false.
    pub fn stream(
        &mut self,
        role: &Arc<Role>,
        statement: &Statement,
        mut take: impl FnMut(Piece) -> bool,
    ) -> Result<(), Error> {
        let position = self.find(role, &statement.sql)?;
        let time = self.settings.read_time;
        let (entry, deadline) = (self.statements.get(position), &self.deadline);
        let result = bind(&self.handle, entry, statement, &self.settings)
            .and_then(|()| stream_rows(&self.handle, entry, || deadline.set(Instant::now() + time), &mut take));
        entry.prepared.reset();
        result
    }

    /// Runs a statement of the engine's own and throws its rows away.
    pub fn own(&mut self, sql: &'static str) -> Result<(), Error> {
        self.own_with(&Statement::new(sql, Vec::new())).map(drop)
    }

    /// Runs a statement of the engine's own.
    pub fn own_with(&mut self, statement: &Statement) -> Result<Outcome, Error> {
        self.authorizer.enter(Actor::Engine);
        let position = match self.own.find(0, &statement.sql) {
            Some(position) => position,
            None => {
                let (entry, _) = compile(&self.handle, &self.authorizer, Actor::Engine, &statement.sql, true);
                self.own.insert(0, &statement.sql, entry?)
            }
        };
        run_entry(&self.handle, self.own.get(position), statement, &self.settings)
    }

    /// Runs the first statement of a migration's text; says where the next one begins, `None` at the end.
    pub fn run_migration_statement(&mut self, role: &Arc<Role>, sql: &str) -> Result<Option<usize>, Error> {
        self.authorizer.enter(Actor::Migration(role.clone()));
        let prepared = Prepared::new(&self.handle, sql, false);
        let (prepared, length) = match prepared {
            Ok((Some(prepared), length)) => (prepared, length),
            Ok((None, _)) => return Ok(None),
            Err(error) => return Err(self.authorizer.take_report().denied.map_or(error, Error::Denied)),
        };
        let mut entry = describe(prepared, self.authorizer.take_compile_report());
        note(&mut self.touched, &entry.writes, entry.changes_schema);
        let statement = Statement::new("", Vec::new());
        let result = run_entry(&self.handle, &mut entry, &statement, &self.settings);
        let report = self.authorizer.take_report();
        note(&mut self.touched, &report.writes, report.changes_schema);
        match (result, report.denied) {
            (Err(_), Some(what)) => return Err(Error::Denied(what)),
            (Err(error), None) => return Err(error),
            (Ok(_), _) => {}
        }
        if entry.changes_schema || report.changes_schema {
            drop(entry);
            self.refresh()?;
        }
        Ok(Some(length))
    }

    /// The schema as of the last refresh.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Compiles a statement of a migration without running it.
    pub fn check_migration_statement(&mut self, role: &Arc<Role>, sql: &str) -> Result<(), Error> {
        compile(
            &self.handle,
            &self.authorizer,
            Actor::Migration(role.clone()),
            sql,
            false,
        )
        .0
        .map(drop)
    }

    /// Statements that run from now on are interrupted after `time`.
    pub fn limit_time(&self, time: Duration) {
        self.deadline.set(Instant::now() + time);
    }

    pub fn lift_time_limit(&self) {
        self.deadline.clear();
    }

    /// True if a transaction is open; an error may have ended it.
    pub fn in_transaction(&self) -> bool {
        !self.handle.wrapper().is_autocommit()
    }

    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// Forgets every statement and reads the schema anew. Called when the schema changed.
    pub fn refresh(&mut self) -> Result<(), Error> {
        self.statements.clear();
        self.checker = None;
        self.authorizer.enter(Actor::Engine);
        self.catalog = Arc::new(Catalog::load(self.handle.wrapper())?);
        self.authorizer.set_catalog(self.catalog.clone());
        Ok(())
    }

    /// Statements kept.
    #[cfg(test)]
    pub fn cached_statements(&self) -> usize {
        self.statements.len()
    }

    fn find(&mut self, role: &Arc<Role>, sql: &Arc<str>) -> Result<usize, Error> {
        if let Some(position) = self.statements.find(role.identity(), sql) {
            self.authorizer.enter(Actor::Role(role.clone()));
            return Ok(position);
        }
        let entry = self.compile_for(role, sql)?;
        if self.purpose == Purpose::Read && !entry.read_only {
            return Err(Error::Denied("write".into()));
        }
        self.authorizer.enter(Actor::Role(role.clone()));
        Ok(self.statements.insert(role.identity(), sql, entry))
    }

    fn compile_for(&mut self, role: &Arc<Role>, sql: &str) -> Result<Entry, Error> {
        let (entry, report) = compile(&self.handle, &self.authorizer, Actor::Role(role.clone()), sql, true);
        match entry {
            Err(Error::Denied(what)) if self.purpose == Purpose::Write && foreign_keys::may_be_cause(&report) => {
                self.compile_with_foreign_keys(role, sql).map_err(|error| match error {
                    Error::Denied(_) => Error::Denied(what),
                    error => error,
                })
            }
            entry => entry,
        }
    }

    /// See [`super::foreign_keys`].
    fn compile_with_foreign_keys(&mut self, role: &Arc<Role>, sql: &str) -> Result<Entry, Error> {
        let checker = match self.checker.take() {
            Some(checker) => checker,
            None => Box::new(Self::open(&self.path, Purpose::Check, &self.settings)?),
        };
        let checked = compile(
            &checker.handle,
            &checker.authorizer,
            Actor::Role(role.clone()),
            sql,
            false,
        )
        .0;
        checker.authorizer.enter(Actor::Engine);
        let keys = ForeignKeys::load(checker.handle.wrapper());
        self.checker = Some(checker);
        checked?;
        let actor = Actor::WithForeignKeys(role.clone(), Arc::new(keys?));
        compile(&self.handle, &self.authorizer, actor, sql, true).0
    }

    fn step_through(&mut self, position: usize, statement: &Statement) -> Result<Outcome, Error> {
        let entry = self.statements.get(position);
        note(&mut self.touched, &entry.writes, entry.changes_schema);
        run_entry(&self.handle, entry, statement, &self.settings)
    }
}

/// What a stream gives.
pub enum Piece {
    Columns(Arc<[String]>),
    Rows(Vec<Vec<Value>>),
}

/// The engine's own statements are few and known.
const OWN_STATEMENTS: usize = 32;

/// When the running statement is interrupted, in nanoseconds since `start`.
struct Deadline {
    start: Instant,
    at: Arc<AtomicU64>,
}

impl Deadline {
    fn install(connection: &rusqlite::Connection) -> Self {
        let deadline = Self {
            start: Instant::now(),
            at: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let (start, at) = (deadline.start, deadline.at.clone());
        let is_over = move || {
            let at = at.load(Ordering::Relaxed);
            at != u64::MAX && nanoseconds(start.elapsed()) > at
        };
        connection.progress_handler(limits::PROGRESS_INSTRUCTIONS, Some(is_over));
        deadline
    }

    fn set(&self, at: Instant) {
        self.at
            .store(nanoseconds(at.saturating_duration_since(self.start)), Ordering::Relaxed);
    }

    fn clear(&self) {
        self.at.store(u64::MAX, Ordering::Relaxed);
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1)
}

fn note(touched: &mut Touched, tables: &[String], schema: bool) {
    touched.schema |= schema;
    for table in tables {
        if !touched.tables.contains(table) {
            touched.tables.push(table.clone());
        }
    }
}

fn compile(
    handle: &Handle,
    authorizer: &Authorizer,
    actor: Actor,
    sql: &str,
    persistent: bool,
) -> (Result<Entry, Error>, Report) {
    authorizer.enter(actor.clone());
    let prepared = Prepared::new(handle, sql, persistent);
    let mut report = authorizer.take_report();
    let entry = match prepared {
        Err(error) => Err(explain(error, &actor, report.denied.take())),
        Ok((None, _)) => Err(Error::Sql("there is no statement".into())),
        Ok((Some(_), length)) if !is_blank(&sql[length..]) => {
            Err(Error::Sql("there is more than one statement".into()))
        }
        Ok((Some(_), _)) if report.column_update && may_replace_rows(sql) => {
            Err(Error::Denied("update that may replace rows".into()))
        }
        Ok((Some(prepared), _)) => {
            let entry = describe(prepared, std::mem::take(&mut report));
            report.writes = entry.writes.clone();
            Ok(entry)
        }
    };
    (entry, report)
}

fn describe(prepared: Prepared, report: Report) -> Entry {
    Entry {
        columns: prepared.column_names().into(),
        parameters: prepared.parameters(),
        read_only: prepared.is_read_only(),
        writes: report.writes,
        changes_schema: report.changes_schema,
        prepared,
    }
}

/// A refusal is what the authorizer remembered; a missing table that is not granted either must read the same.
fn explain(error: Error, actor: &Actor, denied: Option<String>) -> Error {
    if let Some(what) = denied {
        return Error::Denied(what);
    }
    let (Error::Sql(message), Actor::Role(role) | Actor::WithForeignKeys(role, _)) = (&error, actor) else {
        return error;
    };
    message
        .strip_prefix("no such table: ")
        .and_then(|table| hide_missing_table(role, table))
        .map_or_else(|| error.clone(), Error::Denied)
}

fn run_entry(handle: &Handle, entry: &mut Entry, statement: &Statement, settings: &Settings) -> Result<Outcome, Error> {
    let result = bind(handle, entry, statement, settings).and_then(|()| collect(handle, entry, settings));
    entry.prepared.reset();
    result
}

fn bind(handle: &Handle, entry: &mut Entry, statement: &Statement, settings: &Settings) -> Result<(), Error> {
    let given = statement.parameters.len();
    if given != entry.parameters {
        return Err(Error::Sql(format!(
            "the statement has {} parameters, {given} were given",
            entry.parameters
        )));
    }
    if statement.parameters.iter().map(Value::size).sum::<usize>() > settings.parameter_bytes {
        return Err(Error::TooLarge(format!(
            "parameters of more than {} bytes",
            settings.parameter_bytes
        )));
    }
    for (index, value) in statement.parameters.iter().enumerate() {
        if !entry.prepared.bind(index + 1, value) {
            return Err(handle.last_error());
        }
    }
    Ok(())
}

fn collect(handle: &Handle, entry: &mut Entry, settings: &Settings) -> Result<Outcome, Error> {
    if !entry.read_only {
        handle.set_last_insert_rowid(0);
    }
    let (mut values, mut bytes, mut rows) = (Vec::new(), 0, 0);
    loop {
        match entry.prepared.step() {
            StepResult::Done => break,
            StepResult::Failed => return Err(handle.last_error()),
            StepResult::Row => {}
        }
        rows += 1;
        if rows > settings.result_rows {
            return Err(Error::TooLarge(format!(
                "a result of more than {} rows",
                settings.result_rows
            )));
        }
        for column in 0..entry.columns.len() {
            let value = entry.prepared.value(column)?;
            bytes += value.size();
            values.push(value);
        }
        if bytes > settings.result_bytes {
            return Err(Error::TooLarge(format!(
                "a result of more than {} bytes",
                settings.result_bytes
            )));
        }
    }
    let changes_rows = !entry.read_only && !entry.writes.is_empty() && !entry.changes_schema;
    Ok(Outcome {
        columns: entry.columns.clone(),
        values,
        changes: if changes_rows { handle.changes() } else { 0 },
        last_insert_rowid: if changes_rows {
            handle.wrapper().last_insert_rowid()
        } else {
            0
        },
    })
}

/// Steps once before the columns are given, so that the snapshot is of the call.
fn stream_rows(
    handle: &Handle,
    entry: &mut Entry,
    restart_clock: impl Fn(),
    take: &mut impl FnMut(Piece) -> bool,
) -> Result<(), Error> {
    restart_clock();
    let mut result = entry.prepared.step();
    if result == StepResult::Failed {
        return Err(handle.last_error());
    }
    if !take(Piece::Columns(entry.columns.clone())) {
        return Ok(());
    }
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while result == StepResult::Row {
        let row = (0..entry.columns.len())
            .map(|column| entry.prepared.value(column))
            .collect::<Result<Vec<_>, _>>()?;
        bytes += row.iter().map(Value::size).sum::<usize>();
        rows.push(row);
        if rows.len() >= limits::STREAM_CHUNK_ROWS || bytes >= limits::STREAM_CHUNK_BYTES {
            if !take(Piece::Rows(std::mem::take(&mut rows))) {
                return Ok(());
            }
            bytes = 0;
            restart_clock();
        }
        result = entry.prepared.step();
    }
    if result == StepResult::Failed {
        return Err(handle.last_error());
    }
    if !rows.is_empty() {
        take(Piece::Rows(rows));
    }
    Ok(())
}

/// True if nothing but white space, comments and semicolons follows.
fn is_blank(mut sql: &str) -> bool {
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';');
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = sql.strip_prefix("/*") {
            sql = comment.split_once("*/").map_or("", |(_, rest)| rest);
        } else {
            return sql.is_empty();
        }
    }
}

/// `UPDATE OR REPLACE` deletes the rows in its way, of which the authorizer is not told. Any `replace` that is not a
/// call counts, which errs on the safe side.
fn may_replace_rows(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.match_indices("replace")
        .any(|(at, word)| !sql[at + word.len()..].trim_start().starts_with('('))
}

fn configure(handle: &Handle, purpose: Purpose, settings: &Settings) -> Result<(), Error> {
    let connection = handle.wrapper();
    let failed = |error: rusqlite::Error| Error::from_wrapper(&error);
    connection
        .busy_timeout(Duration::from_millis(limits::BUSY_TIMEOUT_MS))
        .map_err(failed)?;
    handle.set_switch(sqlite::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    handle.set_switch(sqlite::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    handle.set_switch(sqlite::SQLITE_DBCONFIG_DQS_DDL, false)?;
    handle.set_switch(sqlite::SQLITE_DBCONFIG_DQS_DML, false)?;
    // Without this a new value for a LIKE pattern compiles the statement again at every call.
    handle.set_switch(sqlite::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    handle.set_switch(sqlite::SQLITE_DBCONFIG_ENABLE_FKEY, purpose != Purpose::Check)?;
    set_limits(connection);
    let mut pragmas = format!(
        "PRAGMA mmap_size = 0; PRAGMA case_sensitive_like = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -{};",
        limits::PAGE_CACHE_KIB
    );
    if purpose == Purpose::Write {
        let synchronous = match settings.synchronous {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        pragmas += &format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = {};
             PRAGMA journal_size_limit = {};",
            limits::CHECKPOINT_PAGES,
            limits::WAL_KEPT_BYTES
        );
    } else {
        pragmas += "PRAGMA wal_autocheckpoint = 0;";
    }
    connection.execute_batch(&pragmas).map_err(failed)
}

fn set_limits(connection: &rusqlite::Connection) {
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, limits::VALUE_BYTES);
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, limits::SQL_BYTES);
    connection.set_limit(Limit::SQLITE_LIMIT_COLUMN, limits::COLUMNS);
    connection.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, limits::EXPRESSION_DEPTH);
    connection.set_limit(Limit::SQLITE_LIMIT_COMPOUND_SELECT, limits::COMPOUND_SELECT_TERMS);
    connection.set_limit(Limit::SQLITE_LIMIT_VDBE_OP, limits::PROGRAM_INSTRUCTIONS);
    connection.set_limit(Limit::SQLITE_LIMIT_FUNCTION_ARG, limits::FUNCTION_ARGUMENTS);
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0);
    connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, limits::LIKE_PATTERN_BYTES);
    connection.set_limit(Limit::SQLITE_LIMIT_VARIABLE_NUMBER, limits::PARAMETERS);
    connection.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, limits::TRIGGER_DEPTH);
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0);
}
