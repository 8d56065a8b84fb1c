//! How a new connection is set up: durability, safety switches and SQLite's own limits.

use std::time::Duration;

use rusqlite::{ffi as sqlite, limits::Limit};

use super::{
    connection::Purpose,
    error::Error,
    ffi::Handle,
    limits,
    settings::{Settings, Synchronous},
};

pub fn configure(handle: &Handle, purpose: Purpose, settings: &Settings) -> Result<(), Error> {
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
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA journal_size_limit = {};",
            limits::WAL_KEPT_BYTES
        );
    }
    // The writer's thread does it, see `thread.rs`.
    pragmas += "PRAGMA wal_autocheckpoint = 0;";
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
