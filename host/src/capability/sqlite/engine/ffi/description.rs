//! What a prepared statement knows of the columns of its result: where they come from, and how they were declared.

use std::ffi::{CStr, c_char, c_int};

use rusqlite::ffi as sqlite;

use super::super::value::{ColumnDescription, ColumnOrigin};
use super::statement::Prepared;

/// A function of SQLite that gives a text about a column, or null where there is none.
type About = unsafe extern "C" fn(*mut sqlite::sqlite3_stmt, c_int) -> *const c_char;

impl Prepared {
    /// The columns of the result.
    pub fn describe_columns(&self) -> Vec<ColumnDescription> {
        let names = self.column_names().into_iter().enumerate();
        names
            .map(|(column, name)| {
                let table = self.about(sqlite::sqlite3_column_table_name, column);
                let origin = self.about(sqlite::sqlite3_column_origin_name, column);
                ColumnDescription {
                    name,
                    declared_type: self.about(sqlite::sqlite3_column_decltype, column),
                    origin: table.zip(origin).map(|(table, column)| ColumnOrigin { table, column }),
                }
            })
            .collect()
    }

    #[expect(unsafe_code, reason = "C functions")]
    fn about(&self, about: About, column: usize) -> Option<String> {
        // SAFETY: the statement lives and the index is in range; the text is copied before the next call.
        unsafe {
            let text = about(self.raw, column as c_int);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }
}
