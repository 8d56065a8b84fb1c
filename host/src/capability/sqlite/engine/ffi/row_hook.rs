//! Being told of each row before it changes, with its values before and after.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::null_mut,
    slice,
};

use rusqlite::ffi as sqlite;

use super::super::value::Value;
use super::handle::Handle;

type Callback = unsafe extern "C" fn(
    *mut c_void,
    *mut sqlite::sqlite3,
    c_int,
    *const c_char,
    *const c_char,
    sqlite::sqlite3_int64,
    sqlite::sqlite3_int64,
);

// Compiled in by the feature `preupdate_hook` of the crate that brings SQLite, whose bindings leave them out.
#[expect(unsafe_code, reason = "C functions")]
unsafe extern "C" {
    fn sqlite3_preupdate_hook(
        connection: *mut sqlite::sqlite3,
        callback: Option<Callback>,
        context: *mut c_void,
    ) -> *mut c_void;
    fn sqlite3_preupdate_count(connection: *mut sqlite::sqlite3) -> c_int;
    fn sqlite3_preupdate_old(
        connection: *mut sqlite::sqlite3,
        column: c_int,
        value: *mut *mut sqlite::sqlite3_value,
    ) -> c_int;
    fn sqlite3_preupdate_new(
        connection: *mut sqlite::sqlite3,
        column: c_int,
        value: *mut *mut sqlite::sqlite3_value,
    ) -> c_int;
}

/// One of the two functions that give a value of the row.
type Side = unsafe extern "C" fn(*mut sqlite::sqlite3, c_int, *mut *mut sqlite::sqlite3_value) -> c_int;

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Insert,
    Update,
    Delete,
}

/// What is called for each row.
type Observer = Box<dyn FnMut(&Row<'_>) + Send>;

/// The hook of one connection. It must live as long as the [`Handle`] that it was installed on.
pub struct RowHook {
    _observer: Box<Observer>,
}

impl RowHook {
    /// Has `observe` called for each row of `main` before it changes, by statements that are compiled from now on. It must
    /// not use the connection.
    #[expect(unsafe_code, reason = "C function")]
    pub fn install(handle: &Handle, observe: impl FnMut(&Row<'_>) + Send + 'static) -> Self {
        let mut observer: Box<Observer> = Box::new(Box::new(observe));
        let context: *mut Observer = &mut *observer;
        // SAFETY: the pointer stays good until this value is dropped, which is after the connection was closed.
        unsafe { sqlite3_preupdate_hook(handle.raw(), Some(before_change), context.cast()) };
        Self { _observer: observer }
    }
}

#[expect(unsafe_code, reason = "called by C")]
unsafe extern "C" fn before_change(
    context: *mut c_void,
    connection: *mut sqlite::sqlite3,
    operation: c_int,
    database: *const c_char,
    table: *const c_char,
    _: sqlite::sqlite3_int64,
    _: sqlite::sqlite3_int64,
) {
    // SAFETY: the names are C strings that live as long as this call; the context is the one of `install`, which SQLite
    // hands to one call at a time, because a connection is used by one thread at a time.
    let (database, table, observer) = unsafe {
        (
            CStr::from_ptr(database),
            CStr::from_ptr(table),
            &mut *context.cast::<Observer>(),
        )
    };
    if database != c"main" {
        return;
    }
    let operation = match operation {
        sqlite::SQLITE_INSERT => Operation::Insert,
        sqlite::SQLITE_UPDATE => Operation::Update,
        _ => Operation::Delete,
    };
    let row = Row {
        connection,
        operation,
        table,
    };
    // Unwinding into C would end the process.
    if catch_unwind(AssertUnwindSafe(|| observer(&row))).is_err() {
        tracing::error!("capturing a change panicked");
    }
}

/// A row that is about to change.
pub struct Row<'a> {
    connection: *mut sqlite::sqlite3,
    pub operation: Operation,
    table: &'a CStr,
}

/// What a row has in a column.
#[derive(Debug, PartialEq)]
pub enum Field {
    Value(Value),
    /// The row was written before the table had this column: it has the default, which SQLite did not look up.
    Absent,
}

impl Row<'_> {
    /// The table's name, as it was declared.
    pub fn table(&self) -> Option<&str> {
        self.table.to_str().ok()
    }

    /// How many columns the table has, with those that are computed when they are read.
    #[expect(unsafe_code, reason = "C function")]
    pub fn width(&self) -> usize {
        // SAFETY: rows exist within the hook only.
        usize::try_from(unsafe { sqlite3_preupdate_count(self.connection) }).unwrap_or(0)
    }

    /// The value of a column before the change, which is no insert. `None` where it cannot be read.
    pub fn before(&self, column: usize) -> Option<Field> {
        self.field(sqlite3_preupdate_old, column)
    }

    /// The value of a column after the change, which is no deletion. `None` where it cannot be read.
    pub fn after(&self, column: usize) -> Option<Field> {
        self.field(sqlite3_preupdate_new, column)
    }

    #[expect(unsafe_code, reason = "C functions")]
    fn field(&self, side: Side, column: usize) -> Option<Field> {
        let mut value = null_mut();
        // SAFETY: rows exist within the hook only; columns out of range are refused. What the pointer points to lives until
        // the hook returns. Without a statement `sqlite3_column_value` gives what SQLite has for all values that are not there.
        unsafe {
            let code = side(self.connection, c_int::try_from(column).ok()?, &mut value);
            if code != sqlite::SQLITE_OK || value.is_null() {
                return None;
            }
            if value == sqlite::sqlite3_column_value(null_mut(), 0) {
                return Some(Field::Absent);
            }
            read(value).map(Field::Value)
        }
    }
}

/// A copy of a value; `None` where it is no UTF-8, or does not fit into memory.
///
/// # Safety
/// The value is one of the row that the hook was called for.
#[expect(unsafe_code, reason = "C functions")]
unsafe fn read(value: *mut sqlite::sqlite3_value) -> Option<Value> {
    // SAFETY: the length is asked after the pointer, as the interface wants it, and the bytes are copied before the next
    // call. A null pointer stands for no bytes, but with a text for no memory.
    unsafe {
        Some(match sqlite::sqlite3_value_type(value) {
            sqlite::SQLITE_INTEGER => Value::Integer(sqlite::sqlite3_value_int64(value)),
            sqlite::SQLITE_FLOAT => Value::Real(sqlite::sqlite3_value_double(value)),
            sqlite::SQLITE_TEXT => {
                let start = sqlite::sqlite3_value_text(value);
                if start.is_null() {
                    return None;
                }
                let length = usize::try_from(sqlite::sqlite3_value_bytes(value)).ok()?;
                let text = std::str::from_utf8(slice::from_raw_parts(start, length)).ok()?;
                Value::Text(text.to_owned())
            }
            sqlite::SQLITE_BLOB => {
                let start = sqlite::sqlite3_value_blob(value).cast::<u8>();
                let length = usize::try_from(sqlite::sqlite3_value_bytes(value)).ok()?;
                match (start.is_null(), length) {
                    (_, 0) => Value::Blob(Vec::new()),
                    (true, _) => return None,
                    (false, _) => Value::Blob(slice::from_raw_parts(start, length).to_vec()),
                }
            }
            _ => Value::Null,
        })
    }
}
