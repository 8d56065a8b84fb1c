//! Every limit of what the built-ins that serve record APIs have in common, with its reason.

/// Most records in a list, unless the API has its own `listing_hard_limit`.
pub const LIST_RECORDS_MAX: u64 = 1024;

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
