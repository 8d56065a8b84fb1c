//! A prepared statement: bind, step, read columns. Thin, and checked where the C interface is not.

use std::{
    ffi::{CStr, c_char, c_int},
    ptr::{null, null_mut},
    slice,
};

use rusqlite::ffi as sqlite;

use super::super::{error::Error, value::Value};
use super::handle::Handle;

/// A compiled statement. It must be dropped before the [`Handle`] that it was prepared on.
pub struct Prepared {
    pub(super) raw: *mut sqlite::sqlite3_stmt,
}

// SAFETY: as for `Handle`: used by one thread after another, together with its connection.
#[expect(unsafe_code, reason = "the raw pointer makes the type not Send by default")]
unsafe impl Send for Prepared {}

/// What one step gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    Row,
    Done,
    Failed,
}

impl Prepared {
    /// Compiles the first statement of `sql`. Gives `None` where there is none (white space, comments), and the offset
    /// of what follows.
    #[expect(unsafe_code, reason = "C function")]
    pub fn new(handle: &Handle, sql: &str, persistent: bool) -> Result<(Option<Self>, usize), Error> {
        if sql.contains('\0') {
            return Err(Error::Sql("the statement contains a NUL character".into()));
        }
        let length = c_int::try_from(sql.len()).map_err(|_| Error::TooLarge("length of the statement".into()))?;
        let flags = if persistent {
            sqlite::SQLITE_PREPARE_PERSISTENT
        } else {
            0
        };
        let (mut raw, mut tail) = (null_mut(), null());
        // SAFETY: the pointer and length describe `sql`; SQLite copies what it keeps.
        let code = unsafe {
            sqlite::sqlite3_prepare_v3(
                handle.raw(),
                sql.as_ptr().cast(),
                length,
                flags as u32,
                &mut raw,
                &mut tail,
            )
        };
        if code != sqlite::SQLITE_OK {
            return Err(handle.last_error());
        }
        let consumed = if tail.is_null() {
            sql.len()
        } else {
            tail as usize - sql.as_ptr() as usize
        };
        Ok(((!raw.is_null()).then_some(Self { raw }), consumed.min(sql.len())))
    }

    #[expect(unsafe_code, reason = "C function")]
    pub fn parameters(&self) -> usize {
        // SAFETY: the statement lives.
        usize::try_from(unsafe { sqlite::sqlite3_bind_parameter_count(self.raw) }).unwrap_or(0)
    }

    #[expect(unsafe_code, reason = "C function")]
    pub fn is_read_only(&self) -> bool {
        // SAFETY: the statement lives.
        unsafe { sqlite::sqlite3_stmt_readonly(self.raw) != 0 }
    }

    #[expect(unsafe_code, reason = "C function")]
    pub fn columns(&self) -> usize {
        // SAFETY: the statement lives.
        usize::try_from(unsafe { sqlite::sqlite3_column_count(self.raw) }).unwrap_or(0)
    }

    #[expect(unsafe_code, reason = "C functions")]
    pub fn column_names(&self) -> Vec<String> {
        (0..self.columns())
            .map(|column| {
                // SAFETY: the index is in range; the name is copied at once. Null means that memory ran out.
                let name = unsafe { sqlite::sqlite3_column_name(self.raw, column as c_int) };
                if name.is_null() {
                    return String::new();
                }
                unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
            })
            .collect()
    }

    /// Binds `value` to parameter `index` (from 1). The value must live until [`Self::reset`].
    #[expect(unsafe_code, reason = "C functions")]
    pub fn bind(&mut self, index: usize, value: &Value) -> bool {
        let index = index as c_int;
        // SAFETY: text and blobs are bound without a copy; `execute` and the stream keep the values until `reset`,
        // which forgets them. An empty slice's pointer is not null, so that it is an empty text and not NULL.
        let code = unsafe {
            match value {
                Value::Null => sqlite::sqlite3_bind_null(self.raw, index),
                Value::Integer(value) => sqlite::sqlite3_bind_int64(self.raw, index, *value),
                Value::Real(value) => sqlite::sqlite3_bind_double(self.raw, index, *value),
                Value::Text(text) => sqlite::sqlite3_bind_text64(
                    self.raw,
                    index,
                    text.as_ptr().cast::<c_char>(),
                    text.len() as u64,
                    sqlite::SQLITE_STATIC(),
                    sqlite::SQLITE_UTF8 as u8,
                ),
                Value::Blob(bytes) if bytes.is_empty() => sqlite::sqlite3_bind_zeroblob(self.raw, index, 0),
                Value::Blob(bytes) => sqlite::sqlite3_bind_blob64(
                    self.raw,
                    index,
                    bytes.as_ptr().cast(),
                    bytes.len() as u64,
                    sqlite::SQLITE_STATIC(),
                ),
            }
        };
        code == sqlite::SQLITE_OK
    }

    #[expect(unsafe_code, reason = "C function")]
    pub fn step(&mut self) -> StepResult {
        // SAFETY: the statement lives, and so do the values bound to it.
        match unsafe { sqlite::sqlite3_step(self.raw) } {
            sqlite::SQLITE_ROW => StepResult::Row,
            sqlite::SQLITE_DONE => StepResult::Done,
            _ => StepResult::Failed,
        }
    }

    /// Ends the statement and forgets the bound values. Its code repeats the error of the last step.
    #[expect(unsafe_code, reason = "C functions")]
    pub fn reset(&mut self) {
        // SAFETY: the statement lives.
        unsafe {
            sqlite::sqlite3_reset(self.raw);
            sqlite::sqlite3_clear_bindings(self.raw);
        }
    }

    /// The value of `column` in the current row.
    #[expect(unsafe_code, reason = "C functions")]
    pub fn value(&self, column: usize) -> Result<Value, Error> {
        let column = column as c_int;
        // SAFETY: called on a row; an index out of range reads as NULL. Bytes are copied before the next call, and the
        // length is asked after the pointer, as the interface wants it. A null pointer stands for no bytes.
        unsafe {
            Ok(match sqlite::sqlite3_column_type(self.raw, column) {
                sqlite::SQLITE_INTEGER => Value::Integer(sqlite::sqlite3_column_int64(self.raw, column)),
                sqlite::SQLITE_FLOAT => Value::Real(sqlite::sqlite3_column_double(self.raw, column)),
                sqlite::SQLITE_TEXT => {
                    let start = sqlite::sqlite3_column_text(self.raw, column);
                    if start.is_null() {
                        return Err(Error::TooLarge(format!(
                            "the text in column {column} does not fit into memory"
                        )));
                    }
                    let text = std::str::from_utf8(self.bytes(start, column))
                        .map_err(|_| Error::Sql(format!("the text in column {column} is not valid UTF-8")))?;
                    Value::Text(text.to_owned())
                }
                sqlite::SQLITE_BLOB => {
                    let start = sqlite::sqlite3_column_blob(self.raw, column).cast();
                    Value::Blob(self.bytes(start, column).to_vec())
                }
                _ => Value::Null,
            })
        }
    }

    /// # Safety
    /// `start` is what the column function for this column gave just before.
    #[expect(unsafe_code, reason = "C function")]
    unsafe fn bytes(&self, start: *const u8, column: c_int) -> &[u8] {
        // SAFETY: SQLite gives the length that belongs to the pointer.
        unsafe {
            let length = usize::try_from(sqlite::sqlite3_column_bytes(self.raw, column)).unwrap_or(0);
            if start.is_null() || length == 0 {
                &[]
            } else {
                slice::from_raw_parts(start, length)
            }
        }
    }
}

impl Drop for Prepared {
    #[expect(unsafe_code, reason = "C function")]
    fn drop(&mut self) {
        // SAFETY: the statement lives, and its connection still does.
        unsafe { sqlite::sqlite3_finalize(self.raw) };
    }
}
