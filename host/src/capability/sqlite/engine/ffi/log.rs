//! How long the write-ahead log is: SQLite says so after every commit.

use std::{
    ffi::{c_char, c_int, c_void},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use rusqlite::ffi as sqlite;

use super::handle::Handle;

/// The length of one connection's log. It must live as long as the [`Handle`] that it was installed on.
pub struct LogSize(Arc<AtomicU32>);

impl LogSize {
    /// Asks to be told, in place of SQLite's own checkpoints.
    #[expect(unsafe_code, reason = "C function")]
    pub fn install(handle: &Handle) -> Self {
        let pages = Arc::new(AtomicU32::new(0));
        // SAFETY: the pointer stays good until this value is dropped, which is after the connection was closed.
        unsafe { sqlite::sqlite3_wal_hook(handle.raw(), Some(note_pages), Arc::as_ptr(&pages) as *mut c_void) };
        Self(pages)
    }

    /// Pages in the log after the last commit.
    pub fn pages(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

#[expect(unsafe_code, reason = "called by C")]
unsafe extern "C" fn note_pages(
    context: *mut c_void,
    _database: *mut sqlite::sqlite3,
    _name: *const c_char,
    pages: c_int,
) -> c_int {
    // SAFETY: the pointer is the one of `install`, which is good as long as SQLite calls this.
    let known = unsafe { &*context.cast::<AtomicU32>() };
    known.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
    sqlite::SQLITE_OK
}
