//! One connection: how it is set up, and how a statement runs on it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    authorizer::{Actor, Authorizer},
    catalog::Catalog,
    changes::{Capture, Log},
    compile::{compile, describe, may_replace_rows},
    deadline::Deadline,
    error::Error,
    execute::{Piece, bind, run_entry, stream_rows},
    ffi::{Handle, LogSize, OpenMode, Prepared},
    foreign_keys::{self, ForeignKeys},
    functions,
    role::Role,
    settings::Settings,
    setup::configure,
    statements::{Entry, Statements},
    value::{ColumnDescription, Outcome, Statement},
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
    log: LogSize,
    capture: Option<Capture>,
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
        let catalog = Arc::new(Catalog::load(handle.wrapper())?);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let authorizer = Authorizer::install(handle.wrapper(), catalog.clone(), &name);
        functions::register(&handle, &authorizer).map_err(|error| Error::from_wrapper(&error))?;
        let deadline = Deadline::install(handle.wrapper());
        let log = LogSize::install(&handle);
        Ok(Self {
            statements: Statements::new(settings.statements),
            own: Statements::new(OWN_STATEMENTS),
            checker: None,
            handle,
            log,
            capture: None,
            authorizer,
            catalog,
            deadline,
            purpose,
            settings: settings.clone(),
            path: path.clone(),
            touched: Touched::default(),
        })
    }

    /// Has the changes that are committed here go to `log`.
    pub fn capture_into(&mut self, log: Arc<Log>) {
        log.set_without_rows(self.catalog.without_rows());
        self.capture = Some(Capture::new(log));
    }

    /// Runs one statement of a role. `error.denied` on a read connection for one that could write.
    pub fn run(&mut self, role: &Arc<Role>, statement: &Statement) -> Result<Outcome, Error> {
        self.settle()?;
        let position = self.find(role, &statement.sql)?;
        let result = self.step_through(position, statement);
        let report = self.authorizer.take_report();
        self.note(&report.writes, report.changes_schema);
        if result.is_err() && report.denied.is_some() {
            self.statements.remove(position);
        }
        match (result, report.denied) {
            (Err(_), Some(what)) => Err(Error::Denied(what)),
            (result, _) => result,
        }
    }

    /// The columns of a statement's result. The statement is not kept: nobody describes one twice.
    pub fn describe(&mut self, role: &Arc<Role>, sql: &str) -> Result<Vec<ColumnDescription>, Error> {
        let entry = compile(&self.handle, &self.authorizer, Actor::Role(role.clone()), sql, false).0?;
        match entry.read_only {
            true => Ok(entry.prepared.describe_columns()),
            false => Err(Error::Denied("write".into())),
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
        self.settle()?;
        self.authorizer.enter(Actor::Migration(role.clone()));
        let prepared = Prepared::new(&self.handle, sql, false);
        let (prepared, length) = match prepared {
            Ok((Some(prepared), length)) => (prepared, length),
            Ok((None, _)) => return Ok(None),
            Err(error) => return Err(self.authorizer.take_report().denied.map_or(error, Error::Denied)),
        };
        let compiled = self.authorizer.take_compile_report();
        if compiled.column_update && may_replace_rows(&sql[..length]) {
            return Err(Error::Denied("update that may replace rows".into()));
        }
        let mut entry = describe(prepared, compiled);
        self.note(&entry.writes, entry.changes_schema);
        let statement = Statement::new("", Vec::new());
        let result = run_entry(&self.handle, &mut entry, &statement, &self.settings);
        let report = self.authorizer.take_report();
        self.note(&report.writes, report.changes_schema);
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

    /// Begins a transaction that writes.
    pub fn begin(&mut self) -> Result<(), Error> {
        if let Some(capture) = &mut self.capture
            && capture.begin(&self.handle)
        {
            self.statements.clear();
        }
        self.own("BEGIN IMMEDIATE")
    }

    /// Commits. [`Self::publish_changes`] is due then.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.own("COMMIT")?;
        if let Some(capture) = &mut self.capture {
            capture.commit();
        }
        Ok(())
    }

    /// Rolls back, if an error has not done that already.
    pub fn roll_back(&mut self) -> Result<(), Error> {
        self.forget(Capture::forget);
        if self.in_transaction() {
            self.own("ROLLBACK")?;
        }
        Ok(())
    }

    /// Begins a part of the transaction that can be undone alone. There is one at a time.
    pub fn begin_part(&mut self) -> Result<(), Error> {
        if let Some(capture) = &mut self.capture {
            capture.mark();
        }
        self.own("SAVEPOINT job")
    }

    /// Ends the part.
    pub fn end_part(&mut self) -> Result<(), Error> {
        self.own("RELEASE job")
    }

    /// Ends the part and undoes it.
    pub fn undo_part(&mut self) -> Result<(), Error> {
        self.own("ROLLBACK TO job")?;
        self.forget(Capture::cut);
        self.end_part()
    }

    /// Hands over the changes that were committed. `touched` is what the transaction wrote.
    pub fn publish_changes(&mut self, touched: &Touched) {
        // So that readers learn with the change of a schema what it means for them, and not with the next write.
        if touched.schema
            && let Err(error) = self.settle()
        {
            tracing::warn!(%error, "the tables whose changes are captured could not be looked at");
        }
        if let Some(capture) = &mut self.capture {
            if touched.schema {
                capture.log().set_without_rows(self.catalog.without_rows());
            }
            capture.publish(touched);
        }
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

    /// How long a statement waits where another process has the file.
    pub fn wait_for_locks(&self, time: Duration) {
        if let Err(error) = self.handle.wrapper().busy_timeout(time) {
            tracing::error!(%error, "how long to wait for locks cannot be set");
        }
    }

    /// Pages in the write-ahead log after the last commit here.
    pub fn log_pages(&self) -> u32 {
        self.log.pages()
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
        self.unsettle();
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

    /// Tells the capture of changes what tables look like, where that may have changed.
    fn settle(&mut self) -> Result<(), Error> {
        let Some(capture) = self.capture.as_mut().filter(|capture| capture.is_unsettled()) else {
            return Ok(());
        };
        self.authorizer.enter(Actor::Engine);
        capture
            .settle(self.handle.wrapper())
            .map_err(|error| Error::from_wrapper(&error))
    }

    fn unsettle(&mut self) {
        if let Some(capture) = &mut self.capture {
            capture.unsettle();
        }
    }

    /// Undoes what was captured, and with it perhaps a change of the schema.
    fn forget(&mut self, undo: impl FnOnce(&mut Capture)) {
        if let Some(capture) = &mut self.capture {
            undo(capture);
            if self.touched.schema {
                capture.unsettle();
            }
        }
    }

    fn note(&mut self, tables: &[String], changes_schema: bool) {
        note(&mut self.touched, tables, changes_schema);
        if changes_schema {
            self.unsettle();
        }
    }

    fn step_through(&mut self, position: usize, statement: &Statement) -> Result<Outcome, Error> {
        let entry = self.statements.get(position);
        note(&mut self.touched, &entry.writes, entry.changes_schema);
        if entry.changes_schema
            && let Some(capture) = &mut self.capture
        {
            capture.unsettle();
        }
        run_entry(&self.handle, entry, statement, &self.settings)
    }
}

/// The engine's own statements are few and known.
const OWN_STATEMENTS: usize = 32;

fn note(touched: &mut Touched, tables: &[String], schema: bool) {
    touched.schema |= schema;
    for table in tables {
        if !touched.tables.contains(table) {
            touched.tables.push(table.clone());
        }
    }
}
