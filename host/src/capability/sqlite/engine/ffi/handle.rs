//! One SQLite connection: opened by the `libsql` crate, used through its raw handle.
//!
//! `libsql` is what later gives replicas; it keeps its handle to itself, so the handle is taken while it connects: an
//! auto extension is called for each new connection, on the thread that connects.

use std::{
    cell::Cell,
    ffi::{CStr, c_char, c_int},
    future::Future,
    path::Path,
    pin::pin,
    ptr::null_mut,
    sync::OnceLock,
    task::{Context, Poll, Waker},
};

use rusqlite::ffi as sqlite;

use super::super::error::Error;

/// How a connection is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Reads and writes, creating the file where it is missing.
    Create,
    /// Reads only.
    ReadOnly,
}

/// An open connection. Statements prepared on it must be dropped before it.
pub struct Handle {
    // Field order is drop order: the wrapper borrows the handle that libSQL closes.
    wrapper: rusqlite::Connection,
    raw: *mut sqlite::sqlite3,
    _owner: libsql::Connection,
}

// SAFETY: the pointer belongs to this value alone, SQLite is compiled thread-safe, and without its own mutex a
// connection may be used by one thread after another, which `&mut`/ownership of `Handle` ensures (it is not `Sync`).
#[expect(unsafe_code, reason = "the raw pointer makes the type not Send by default")]
unsafe impl Send for Handle {}

impl Handle {
    pub fn open(path: &Path, mode: OpenMode) -> Result<Self, Error> {
        static READY: OnceLock<Result<(), Error>> = OnceLock::new();
        READY.get_or_init(install_auto_extension).clone()?;
        let flags = match mode {
            OpenMode::Create => sqlite::SQLITE_OPEN_READWRITE | sqlite::SQLITE_OPEN_CREATE,
            OpenMode::ReadOnly => sqlite::SQLITE_OPEN_READONLY,
        } | sqlite::SQLITE_OPEN_NOMUTEX;
        let builder = libsql::Builder::new_local(path).flags(libsql::OpenFlags::from_bits_retain(flags));
        let database = ready(builder.build())?.map_err(cannot_open)?;
        OPENED.set(null_mut());
        let owner = database.connect().map_err(cannot_open)?;
        let raw = OPENED.replace(null_mut());
        if raw.is_null() {
            return Err(Error::Other("libSQL opened no connection on this thread".into()));
        }
        // SAFETY: `raw` was just opened by `owner`, which lives as long as this value and closes it after the wrapper
        // is dropped; nothing else uses it.
        #[expect(unsafe_code, reason = "the wrapper over a foreign handle has no safe constructor")]
        let wrapper = unsafe { rusqlite::Connection::from_handle(raw) }.map_err(|e| Error::from_wrapper(&e))?;
        Ok(Self {
            wrapper,
            raw,
            _owner: owner,
        })
    }

    /// The safe interface for hooks, functions and limits.
    pub fn wrapper(&self) -> &rusqlite::Connection {
        &self.wrapper
    }

    /// Sets a switch of `sqlite3_db_config`.
    #[expect(unsafe_code, reason = "variadic C function")]
    pub fn set_switch(&self, switch: i32, on: bool) -> Result<(), Error> {
        // SAFETY: the switches take an int and a pointer to int, which may be null.
        let code = unsafe { sqlite::sqlite3_db_config(self.raw, switch, c_int::from(on), null_mut::<c_int>()) };
        if code == sqlite::SQLITE_OK {
            Ok(())
        } else {
            Err(Error::from_code(code, "sqlite3_db_config".into()))
        }
    }

    /// Rows that the INSERT, UPDATE or DELETE that ended last changed.
    #[expect(unsafe_code, reason = "C function")]
    pub fn changes(&self) -> u64 {
        // SAFETY: the connection is open.
        u64::try_from(unsafe { sqlite::sqlite3_changes64(self.raw) }).unwrap_or(0)
    }

    #[expect(unsafe_code, reason = "C function")]
    pub fn set_last_insert_rowid(&self, rowid: i64) {
        // SAFETY: the connection is open.
        unsafe { sqlite::sqlite3_set_last_insert_rowid(self.raw, rowid) };
    }

    /// The error of the call that failed last.
    #[expect(unsafe_code, reason = "C functions")]
    pub fn last_error(&self) -> Error {
        // SAFETY: the connection is open; the message is copied before the next call.
        let (code, message) = unsafe {
            let message = CStr::from_ptr(sqlite::sqlite3_errmsg(self.raw))
                .to_string_lossy()
                .into_owned();
            (sqlite::sqlite3_extended_errcode(self.raw), message)
        };
        if code == sqlite::SQLITE_IOERR_WRITE && self.system_error() == ENOSPC {
            return Error::Full;
        }
        Error::from_code(code, message)
    }

    #[expect(unsafe_code, reason = "C function")]
    fn system_error(&self) -> c_int {
        // SAFETY: the connection is open.
        unsafe { sqlite::sqlite3_system_errno(self.raw) }
    }

    pub(super) fn raw(&self) -> *mut sqlite::sqlite3 {
        self.raw
    }
}

/// "No space left on device" on every Unix.
const ENOSPC: c_int = 28;

thread_local! {
    static OPENED: Cell<*mut sqlite::sqlite3> = const { Cell::new(null_mut()) };
}

/// SQLite must be configured by libSQL before it is initialised, and registering an extension initialises it.
fn install_auto_extension() -> Result<(), Error> {
    ready(libsql::Builder::new_local(":memory:").build())?
        .and_then(|first| first.connect())
        .map_err(cannot_open)?;
    // SAFETY: the callback has the signature that SQLite expects and lives as long as the process.
    #[expect(unsafe_code, reason = "C function")]
    let code = unsafe { sqlite::sqlite3_auto_extension(Some(note_opened)) };
    if code == sqlite::SQLITE_OK {
        Ok(())
    } else {
        Err(Error::Other("SQLite cannot be initialised".into()))
    }
}

#[expect(unsafe_code, reason = "called by C")]
unsafe extern "C" fn note_opened(
    raw: *mut sqlite::sqlite3,
    _message: *mut *const c_char,
    _api: *const sqlite::sqlite3_api_routines,
) -> c_int {
    OPENED.set(raw);
    sqlite::SQLITE_OK
}

/// The result of a future that never waits, as all of libSQL's local ones.
fn ready<F: Future>(future: F) -> Result<F::Output, Error> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(Error::Other("libSQL did not open the file at once".into())),
    }
}

fn cannot_open(error: libsql::Error) -> Error {
    tracing::error!(%error, "a database cannot be opened");
    Error::Other("the database file cannot be opened".into())
}
