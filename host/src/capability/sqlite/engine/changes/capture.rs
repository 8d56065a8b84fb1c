//! Capturing changes on the writing connection, and handing over those that were committed.
//!
//! The hook is installed when a log is opened for the first time, so that a database without readers pays nothing. Which
//! tables are captured is decided as a transaction begins. One that a log was opened for since then, and that the transaction
//! may have written, has lost changes, and its readers are told so.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    super::{
        connection::Touched,
        ffi::{Field, Handle, Row, RowHook},
        role::lowercase,
        value::Value,
    },
    Images, Log, Operation, Shape,
    buffer::{Buffer, Captured, Mark},
};

/// The capture of one connection.
pub struct Capture {
    log: Arc<Log>,
    hook: Option<RowHook>,
    open: Arc<Mutex<Open>>,
    /// The tables that are captured, by name in lower case.
    tables: HashSet<String>,
    mark: Mark,
    /// What was committed and is not handed over yet.
    committed: Option<Buffer>,
    /// The shapes may not be those of the schema.
    is_stale: bool,
    /// The log does not know the shapes' problems yet.
    has_news: bool,
}

/// What the hook works on.
#[derive(Default)]
struct Open {
    shapes: HashMap<String, Arc<Shape>>,
    buffer: Buffer,
}

impl Capture {
    pub fn new(log: Arc<Log>) -> Self {
        Self {
            log,
            hook: None,
            open: Arc::default(),
            tables: HashSet::new(),
            mark: Mark::default(),
            committed: None,
            is_stale: false,
            has_news: false,
        }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Called before a transaction begins. True if statements that are compiled already would escape the hook: SQLite
    /// compiles a deletion of all rows to one that looks at none, unless there is a hook.
    pub fn begin(&mut self, handle: &Handle) -> bool {
        if self.log.table_count() == 0 {
            return false;
        }
        if self.tables.len() != self.log.table_count() {
            self.tables = self.log.tables();
            self.is_stale = true;
        }
        self.forget();
        if self.hook.is_some() {
            return false;
        }
        let open = self.open.clone();
        self.hook = Some(RowHook::install(handle, move |row| lock(&open).observe(row)));
        true
    }

    /// Whether [`Self::settle`] has something to do.
    pub fn is_unsettled(&self) -> bool {
        self.is_stale && self.hook.is_some()
    }

    /// Reads what the schema says of the tables. Called before each statement that may write.
    pub fn settle(&mut self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let mut shapes = HashMap::with_capacity(self.tables.len());
        for table in &self.tables {
            let shape = Shape::load(connection, table)?;
            let known = self.open().shapes.get(table).filter(|known| ***known == shape).cloned();
            shapes.insert(table.clone(), known.unwrap_or_else(|| Arc::new(shape)));
        }
        self.open().shapes = shapes;
        self.is_stale = false;
        self.has_news = true;
        Ok(())
    }

    /// The schema may have changed.
    pub fn unsettle(&mut self) {
        self.is_stale = true;
    }

    /// A savepoint begins.
    pub fn mark(&mut self) {
        if self.hook.is_some() {
            let mark = self.open().buffer.mark();
            self.mark = mark;
        }
    }

    /// What came after the savepoint is undone.
    pub fn cut(&mut self) {
        if self.hook.is_some() {
            let mark = self.mark;
            self.open().buffer.cut(mark);
        }
    }

    /// The transaction is undone.
    pub fn forget(&mut self) {
        self.open().buffer = Buffer::default();
        self.mark = Mark::default();
    }

    /// The transaction was committed.
    pub fn commit(&mut self) {
        if self.log.table_count() > 0 {
            let buffer = std::mem::take(&mut self.open().buffer);
            self.committed = Some(buffer);
        }
    }

    /// Hands over what was committed. `touched` is what the transaction may have written, captured or not.
    pub fn publish(&mut self, touched: &Touched) {
        let Some(buffer) = self.committed.take() else { return };
        if self.has_news && !self.is_stale {
            self.has_news = false;
            let open = self.open();
            let problems = open.shapes.values().filter_map(|shape| {
                let problem = shape.problem.clone()?;
                Some((shape.key.clone(), problem))
            });
            let problems = problems.collect();
            drop(open);
            self.log.set_problems(problems);
        }
        let escaped = |table: &str| {
            !self.tables.contains(table) && (touched.schema || touched.tables.iter().any(|touched| touched == table))
        };
        let may_have_escaped = self.tables.len() != self.log.table_count();
        if buffer.count() > 0 || may_have_escaped {
            self.log.publish(buffer, escaped);
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        lock(&self.open)
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Open {
    /// Called before each change of a row.
    fn observe(&mut self, row: &Row<'_>) {
        let Some(name) = row.table() else { return };
        let Some(table) = self.shapes.get(&*lowercase(name)) else {
            return;
        };
        if self.buffer.is_overflowing() {
            return self.buffer.count_one();
        }
        self.buffer.push(Captured {
            table: table.clone(),
            operation: row.operation,
            images: images(row, table),
        });
    }
}

/// The values of the row; `None` where they cannot be told.
fn images(row: &Row<'_>, shape: &Shape) -> Option<Images> {
    if shape.problem.is_some() || shape.width != row.width() {
        return None;
    }
    let columns = || shape.columns.iter().enumerate();
    let value = |field: Option<Field>, is_real: bool, has_default: bool| match field? {
        Field::Absent if has_default => None,
        Field::Absent => Some(Value::Null),
        Field::Value(Value::Integer(number)) if is_real => Some(Value::Real(number as f64)),
        Field::Value(value) => Some(value),
    };
    let before = match row.operation {
        Operation::Insert => Vec::new(),
        Operation::Update | Operation::Delete => columns()
            .map(|(at, column)| value(row.before(at), column.is_real, column.has_default))
            .collect::<Option<_>>()?,
    };
    let after = match row.operation {
        Operation::Delete => Vec::new(),
        Operation::Insert | Operation::Update => columns()
            .map(|(at, column)| value(row.after(at), column.is_real, column.has_default))
            .collect::<Option<_>>()?,
    };
    Some(Images { before, after })
}
