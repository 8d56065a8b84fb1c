//! The `records` built-in: the record API over SQL tables.
