//! Every limit of the record API, with its reason. Those of SQL results, time and memory are the host's.

/// Longest body of a create or an update: what the clients of the protocol expect to be able to send.
pub const BODY_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// Most fields of a form: more than a table has columns, and each takes more memory than it has bytes in the body.
pub const FORM_FIELDS_MAX: usize = 4096;

/// Most records in one create: one transaction holds the only writer for as long as it takes.
pub const BULK_RECORDS_MAX: usize = 1024;

/// Most operations in one transaction: it holds the only writer for as long as it takes.
pub const TRANSACTION_OPERATIONS_MAX: usize = 128;

/// Records in a list where the request names no number.
pub const LIST_RECORDS_DEFAULT: u64 = 50;

/// Most columns to order by: each more makes sorting dearer.
pub const ORDER_COLUMNS_MAX: usize = 5;
