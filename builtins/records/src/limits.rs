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

/// Most records in a list, unless the API has its own `listing_hard_limit`.
pub const LIST_RECORDS_MAX: u64 = 1024;

/// Most columns to order by: each more makes sorting dearer.
pub const ORDER_COLUMNS_MAX: usize = 5;

/// Most references that one request expands: each is another table to look into for every record.
pub const EXPANSIONS_MAX: usize = 5;

/// Most `$and` and `$or` inside one another in a filter: enough for people, and parsing and SQLite stay shallow.
pub const FILTER_DEPTH_MAX: usize = 4;

/// Most comparisons in a filter: SQLite bounds the depth of an expression, to which each adds one.
pub const FILTER_COMPARISONS_MAX: usize = 128;

/// Most APIs kept in an instance. Beyond it all are forgotten and read again when they are asked for.
pub const CACHED_APIS_MAX: usize = 1024;

/// How often what is known of an API is read anew where the schema changes while it is read: a change takes longer than
/// reading, so that a second time is enough but for storms of them.
pub const CATALOG_READS_MAX: usize = 8;
