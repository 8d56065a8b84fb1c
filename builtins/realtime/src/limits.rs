//! Every limit of subscriptions, with its reason. Those of listeners, events and topics in all are the host's.

use std::time::Duration;

/// Bytes of a filter as it stands in the name of a class: a topic has 4096, and the rest is for the API and the caller.
pub const FILTER_BYTES_MAX: usize = 2048;

/// Bytes of the name of a class: what the host takes as a topic.
pub const CLASS_BYTES_MAX: usize = 4096;

/// Different filters of the listeners to one API: each is a statement of its own for every change.
pub const FILTERS_MAX: usize = 1000;

/// Changes that are evaluated together: their statements share one snapshot and one call.
pub const BATCH_CHANGES_MAX: u32 = 64;

/// Statements in one call: the host bounds what one call may give and how long it may take.
pub const STATEMENTS_MAX: usize = 64;

/// Callers that one statement asks for: their ids are one parameter, of some hundred kilobytes.
pub const STATEMENT_CALLERS_MAX: usize = 10_000;

/// Messages in one call, as the host has it.
pub const MESSAGES_MAX: usize = 256;

/// Targets in one call, as the host has it.
pub const TARGETS_MAX: usize = 4096;

/// Bytes of one event: what the host takes, less what stands around the data.
pub const EVENT_BYTES_MAX: usize = 255 * 1024;

/// Events that a listener who comes back is given at once, a little less than the host takes. The rest it gets when it comes back again.
pub const MISSED_EVENTS_MAX: usize = 1000;

/// Bytes of these events, so that one more of the largest fits into what the host takes beside them.
pub const MISSED_BYTES_MAX: usize = 192 * 1024;

/// Changes that are looked at for a listener who comes back: this is what one request may take.
pub const MISSED_CHANGES_MAX: usize = 4096;

/// How far back the worker reads when it begins to follow a table, in changes of the whole database. Further back it says that
/// something may have been lost.
pub const CATCH_UP_CHANGES_MAX: u64 = 4096;

/// How often a statement is tried that fails for a reason that passes, such as a busy database.
pub const ATTEMPTS_MAX: usize = 5;

/// The pause before it is tried again.
pub const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// How often the worker looks whether the APIs are what they were, where nothing else tells it: a change of the schema does not.
pub const CONFIGURATION_INTERVAL: Duration = Duration::from_secs(1);

/// How often the place to resume from is moved on while a table is silent. The window of changes holds longer than that.
pub const IDS_INTERVAL: Duration = Duration::from_secs(10);

/// How often the place to begin from is moved on while nobody listens.
pub const IDLE_INTERVAL: Duration = Duration::from_secs(5);

/// How often sessions are looked up: a stream outlives its session by no more than this and the look, which is less than a second.
pub const SESSIONS_INTERVAL: Duration = Duration::from_millis(500);

/// How long sessions may fail to be looked up before their streams end.
pub const SESSIONS_UNKNOWN_MAX: Duration = Duration::from_secs(10);
