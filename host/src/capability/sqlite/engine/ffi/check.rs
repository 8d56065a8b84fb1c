//! Compiling from within a function that a statement runs, to see whether it compiles.
//!
//! The wrapper crate has a way to the connection there, which takes the connection's hooks away when it is done, the
//! authorizer among them.

use std::{
    ffi::{CStr, c_int},
    ptr::null_mut,
};

use rusqlite::ffi as sqlite;

use super::handle::Handle;

/// The connection that a function is registered on, for that function.
pub struct OwnConnection {
    raw: *mut sqlite::sqlite3,
}

// SAFETY: SQLite calls a function on the thread that uses its connection, and drops it before the connection is gone.
#[expect(unsafe_code, reason = "the raw pointer makes the type not Send by default")]
unsafe impl Send for OwnConnection {}

/// Why a statement does not compile.
pub struct Mistake {
    pub message: String,
    /// The byte at which SQLite stumbled, where it says so.
    pub offset: Option<usize>,
}

impl OwnConnection {
    pub fn new(handle: &Handle) -> Self {
        Self { raw: handle.raw() }
    }

    /// Compiles the first statement of `sql` and drops it. To be called from a function on this connection alone.
    #[expect(unsafe_code, reason = "C functions")]
    pub fn check(&self, sql: &str) -> Result<(), Mistake> {
        let Ok(length) = c_int::try_from(sql.len()) else {
            return Err(Mistake {
                message: "the statement is too long".into(),
                offset: None,
            });
        };
        let mut prepared = null_mut();
        // SAFETY: the connection is open, because it runs the function that calls this. The pointer and length describe
        // `sql`; the message is copied before the next call; finalizing null does nothing.
        unsafe {
            let code = sqlite::sqlite3_prepare_v3(self.raw, sql.as_ptr().cast(), length, 0, &mut prepared, null_mut());
            sqlite::sqlite3_finalize(prepared);
            if code == sqlite::SQLITE_OK {
                return Ok(());
            }
            Err(Mistake {
                message: CStr::from_ptr(sqlite::sqlite3_errmsg(self.raw))
                    .to_string_lossy()
                    .into_owned(),
                offset: usize::try_from(sqlite::sqlite3_error_offset(self.raw)).ok(),
            })
        }
    }
}
