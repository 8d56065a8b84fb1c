//! Every bound of the host, each with its reason. The bounds of the SQLite engine stand beside it, in
//! `capability/sqlite/engine/limits.rs`; those that a manifest may set have their defaults and maxima here.

use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

// Connections and requests.

/// Open connections. Each costs a descriptor and some KiB, and somebody who listens keeps one; more are told that there are too many.
pub const CONNECTIONS_MAX: usize = 16_384;
/// Descriptors that connections leave to everything else, databases above all.
pub const DESCRIPTORS_KEPT: usize = 512;
/// Connections that wait to be accepted: many come at once after a restart. The kernel takes fewer where it was told to.
pub const CONNECTIONS_WAITING_MAX: i32 = 4096;
/// Connections that are being told that there are too many. Yet more are closed without a word.
pub const REFUSALS_MAX: usize = 64;
/// How long one of them has to hear it.
pub const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// All header fields of a request together, as hyper reads them: twice what browsers and proxies send at most.
pub const REQUEST_HEAD_BYTES_MAX: usize = 64 * KIB;
/// Header fields of a request.
pub const REQUEST_HEADERS_MAX: usize = 100;
/// From the first byte of a request to the end of its head: a client that takes longer holds a connection for nothing.
pub const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two pieces of a request's body.
pub const REQUEST_BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// A request's body.
pub const REQUEST_BODY_BYTES_MAX: u64 = 10 * MIB as u64;
/// A body that is no longer than this and of declared length is read before a component is woken, which then never waits for it.
pub const REQUEST_BODY_BYTES_EAGER: u64 = 64 * KIB as u64;
/// All header fields of a message that a component makes, roughly as they are in memory.
pub const COMPONENT_FIELD_BYTES_MAX: usize = 64 * KIB;
/// Header fields of a message that a component makes.
pub const COMPONENT_FIELDS_MAX: usize = 1000;
/// What is still read of a request's body that nobody wants, so that the client can finish sending and read the answer.
pub const DISCARD_BYTES_MAX: u64 = 16 * MIB as u64;
/// How long an unwanted body is read.
pub const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pieces of a response's body that a component gives.
pub const RESPONSE_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a client may take nothing of what is sent to it, or its machine not confirm that it has it: then the connection is closed.
pub const CLIENT_STALL_TIMEOUT: Duration = Duration::from_secs(20);
/// A response's body from its first byte to its last, however steadily it flows. The code that gives it may in that time be running
/// for no longer than the component's time limit for a request.
pub const RESPONSE_DURATION_MAX: Duration = Duration::from_secs(3600);
/// Streams at once in one HTTP/2 connection: what browsers use, and no more than one component's requests at once.
pub const HTTP2_STREAMS_MAX: u32 = 100;
/// How long a stopping server waits for requests under way.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two failed attempts to accept a connection (no descriptors left): without it the loop would spin.
pub const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(50);

/// Between a panic of a task that the server needs and its next run.
pub const TASK_RESTART_PAUSE: Duration = Duration::from_secs(1);

// Instances of components.

/// Instances of all components together: each reserves address space, and a stack and memory once it runs.
pub const INSTANCES_MAX: u32 = 512;
/// Requests inside one component on one core at once. More wait.
pub const REQUESTS_RUNNING_MAX: usize = 64;
/// Requests that wait for one component on one core. More are answered 503 at once.
pub const REQUESTS_WAITING_MAX: usize = 1024;
/// How long a request waits for its component before it is answered 503.
pub const REQUEST_WAIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls of exported functions inside one component on one core at once, apart from its requests. More wait.
pub const CALLS_RUNNING_MAX: usize = 64;
/// Calls that wait for one component on one core: as many as the requests that may stand behind them on a busy core.
pub const CALLS_WAITING_MAX: usize = 256;
/// How long a call waits for its component: it must leave the caller time to say that it got no answer.
pub const CALL_WAIT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a consumer waits for a service: half of what a request has by default, so that it can still answer.
pub const SERVICE_TIMEOUT: Duration = Duration::from_secs(5);
/// The arguments of one call of a service, or its result. Each byte of a list is a value of some 40 bytes on its way; more than a
/// hundred times what an identity takes.
pub const SERVICE_MESSAGE_BYTES_MAX: usize = 256 * KIB;
/// A pooled instance that had nothing to do for so long is dropped, to give its memory back.
pub const INSTANCE_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How much longer than its time limit an instance may live that does not let go: then it is dropped with all that it does.
pub const INSTANCE_GRACE: Duration = Duration::from_millis(250);
/// How often running code is interrupted so that others get their turn.
pub const EPOCH: Duration = Duration::from_millis(10);
/// How long an instance may take to come up.
pub const INSTANTIATE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a component's own code may take to start when it is deployed, once it has a place. Ordinary ones take milliseconds, and
/// whoever deploys waits for the answer.
pub const TRIAL_TIMEOUT: Duration = Duration::from_secs(3);
/// The memory of an instance where its manifest does not say.
pub const COMPONENT_MEMORY_MIB_DEFAULT: u32 = 64;
/// The most memory that a manifest may ask for: the pool reserves address space of this size for every instance.
pub const COMPONENT_MEMORY_MIB_MAX: u32 = 512;
/// How long a request may take where the manifest does not say.
pub const REQUEST_TIMEOUT_MS_DEFAULT: u64 = 10_000;
/// The longest time for a request that a manifest may ask for.
pub const REQUEST_TIMEOUT_MS_MAX: u64 = 600_000;
/// Requests that a pooled instance answers before it is dropped, where the manifest does not say: leaks stay small.
pub const INSTANCE_REQUESTS_DEFAULT: u64 = 1000;
/// Requests at once in one pooled instance where the manifest does not say.
pub const INSTANCE_CONCURRENT_DEFAULT: u32 = 16;
/// Requests at once in one instance that a manifest may ask for: a trap costs all of them.
pub const INSTANCE_CONCURRENT_MAX: u32 = 1000;
/// Elements of one table of a component: functions, mostly.
pub const TABLE_ELEMENTS_MAX: usize = 50_000;
/// Core modules, memories and tables that one component is made of.
pub const CORE_INSTANCES_MAX: u32 = 64;
/// Handles that one instance may hold in the host.
pub const HANDLES_MAX: usize = 10_000;
/// Logs of changes that one instance may have open: one for each table of a database that has many. An open log costs no more than
/// its name.
pub const LOGS_OPEN_MAX: usize = 1024;
/// Random bytes in one call.
pub const RANDOM_BYTES_MAX: u64 = 64 * KIB as u64;
/// What one call may make the host copy out of an instance: a body with some room for its fields.
pub const HOSTCALL_BYTES_MAX: usize = 32 * MIB;
/// The stack of an instance.
pub const STACK_BYTES: usize = MIB;
/// What of a dropped instance's memory stays mapped for the next one, which saves page faults.
pub const MEMORY_KEEP_RESIDENT_BYTES: usize = 2 * MIB;

// Logs of components.

/// One line of a component's output, or what the host says about it; the rest of a longer one is cut off.
pub const LOG_LINE_BYTES_MAX: usize = 4 * KIB;
/// What a line counts beside its text: its row and its place in an index, and in memory what is known of it.
pub const LOG_LINE_OVERHEAD_BYTES: usize = 128;
/// How long lines wait to be written together: what is older survives the end of the process, and whoever follows a log sees no delay.
pub const LOG_WRITE_PAUSE: Duration = Duration::from_millis(250);
/// Lines of all components that wait to be written. Those beyond it are lost, and counted: sixty thousand a second.
pub const LOG_WAITING_LINES_MAX: usize = 16 * 1024;
/// What these lines may have in bytes. Once again as many are at hand while they are written.
pub const LOG_WAITING_BYTES_MAX: usize = 8 * MIB;
/// Into how many parts this is divided: one component may have one of them, and so leaves room for others however much it says.
pub const LOG_WAITING_SHARES: usize = 4;
/// Lines that are written in one transaction: some milliseconds.
pub const LOG_BATCH_LINES: usize = 512;
/// After lines could not be written, because the disk is full, until the second try. Each further pause is twice as long.
pub const LOG_RETRY_PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause between two tries: somebody who made room should not wait long for the effect.
pub const LOG_RETRY_PAUSE_MAX: Duration = Duration::from_secs(30);
/// Lines of one component that are kept: what happened last, not what happened last year.
pub const LOG_KEPT_LINES_MAX: usize = 10_000;
/// What these may have in bytes: four hundred for each line.
pub const LOG_KEPT_BYTES_MAX: usize = 4 * MIB;
/// By which part of these limits a log may exceed them before its oldest lines go: looking through it takes some milliseconds.
pub const LOG_PRUNE_SLACK: usize = 8;
/// What the lines of all components may have together, those included that were removed long ago: thirty that say a lot. Beyond it the
/// oldest go, whoever's they are.
pub const LOG_ALL_KEPT_BYTES_MAX: usize = 128 * MIB;
/// Lines in one answer.
pub const LOG_ANSWER_LINES_MAX: usize = 1000;
/// The texts of all lines in one answer. As JSON a byte may take six.
pub const LOG_ANSWER_BYTES_MAX: usize = MIB;
/// Lines that `guesthouse components logs` shows where it is not told how many: what a terminal holds, and some more.
pub const LOG_LINES_SHOWN: usize = 100;
/// How long a request waits for a line: less than what proxies wait for an answer.
pub const LOG_WAIT: Duration = Duration::from_secs(20);
/// Requests that wait for lines at once. Each is somebody who looks at a log; more are refused.
pub const LOG_FOLLOWERS_MAX: usize = 64;

// Components that do something all the time.

/// Until the next run after one that ended well, or after the first failure. Each further failure doubles it.
pub const WORK_PAUSE_MIN: Duration = Duration::from_millis(250);
/// The longest pause, and that after a run that found its component set up wrongly: somebody has to mend it, and should not wait long
/// for the effect.
pub const WORK_PAUSE_MAX: Duration = Duration::from_secs(30);
/// A run that lasted so long has shown that it works: a failure after that is a first one.
pub const WORK_LASTED: Duration = Duration::from_secs(60);
/// How long a run may take to end when it is told to stop: another version waits for its end, and so does a server that stops.
pub const WORK_STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How often it is looked at whether a run has come to rest. It costs a wake-up for each component that works all the time.
pub const WORK_REST_BEAT: Duration = Duration::from_millis(500);

// Commands that components bring.

/// Commands of one component: more would make `guesthouse --help` hard to read.
pub const COMMANDS_MAX: usize = 20;
/// The line that a command has in `guesthouse --help`.
pub const COMMAND_ABOUT_CHARS_MAX: usize = 100;
/// How long a command may take where the manifest does not say: whoever typed it waits.
pub const COMMAND_TIMEOUT_MS_DEFAULT: u64 = 60_000;
/// The longest time for a command that a manifest may ask for: large imports take time, and the client waits somewhat longer.
pub const COMMAND_TIMEOUT_MS_MAX: u64 = 600_000;
/// The longest time for a command that runs when the server starts, whatever its manifest says: a stop waits for it.
pub const ON_START_TIMEOUT_MS: u64 = 10_000;
/// Arguments of one call.
pub const COMMAND_ARGUMENTS_MAX: usize = 1000;
/// All arguments of one call together: what is longer belongs into the input.
pub const COMMAND_ARGUMENTS_BYTES_MAX: usize = 64 * KIB;
/// The standard input that a command is given: it is held in memory several times, and in the instance too.
pub const COMMAND_INPUT_BYTES_MAX: usize = 8 * MIB;
/// What a command may leave for standard output and standard error together.
pub const COMMAND_OUTPUT_BYTES_MAX: usize = 8 * MIB;
/// Commands under way at once. Each may hold its input and output in memory; more are refused.
pub const COMMANDS_RUNNING_MAX: usize = 4;
/// A call of a command as it is sent: the input in base64, and the arguments as JSON, in which a byte may take six.
pub const COMMAND_BODY_BYTES_MAX: usize = COMMAND_INPUT_BYTES_MAX / 3 * 4 + 6 * COMMAND_ARGUMENTS_BYTES_MAX + 4 * KIB;
/// How long `guesthouse --help` waits for a running server to say which commands its components bring.
pub const HELP_TIMEOUT: Duration = Duration::from_secs(1);

// Components and deployments.

/// A component as it is uploaded, manifest and migrations included. Python components, the largest there are, have about 20 MiB.
pub const PACKAGE_BYTES_MAX: usize = 64 * MIB;
/// Versions of one component that are kept to roll back to.
pub const VERSIONS_KEPT: usize = 20;
/// Deployments that wait for the one that runs. Each holds its package in memory.
pub const DEPLOYMENTS_WAITING_MAX: usize = 4;
/// Components that are compiled at once, each in a process of its own that may take gigabytes. More wait, so that one that takes
/// long holds up no other.
pub const COMPILATIONS_RUNNING_MAX: usize = 2;
/// How long a new version is on probation where nobody says otherwise: mistakes in what most requests do show within minutes, and
/// somebody who deploys is still there.
pub const PROBATION: Duration = Duration::from_secs(300);
/// The longest probation that may be asked for: every request of a day is in it. The version before stays loaded as long.
pub const PROBATION_MAX: Duration = Duration::from_secs(24 * 3600);
/// The last things that a version on probation did, of which too many failures are too many: few enough that it is seen soon when
/// everything begins to fail, after however many successes.
pub const PROBATION_REMEMBERED: u32 = 20;
/// Failures among them that bring the version before back. One bad request that is tried again a few times is no reason yet.
pub const PROBATION_FAILURES_MAX: u32 = 5;
/// What is kept of the cause of a failure.
pub const PROBATION_CAUSE_BYTES_MAX: usize = 300;
/// Routes of one component.
pub const ROUTES_MAX: usize = 200;
/// Entries of one list of grants.
pub const GRANTS_PER_KIND_MAX: usize = 200;
/// The name of a service: those that people give to interfaces have a tenth of it.
pub const SERVICE_NAME_BYTES_MAX: usize = 256;
/// A control request that is no package.
pub const CONTROL_BODY_BYTES_MAX: usize = 64 * KIB;
/// Functions of a component, all its modules together: runtimes of whole languages have up to 30,000.
pub const FUNCTIONS_MAX: u64 = 65_536;
/// Components and modules inside one another: each step of putting components together adds one.
pub const NESTING_MAX: u32 = 32;
/// The time that the compiler may take for one component.
pub const COMPILE_TIMEOUT: Duration = Duration::from_secs(120);
/// The address space of the compiling process.
pub const COMPILE_MEMORY_BYTES_MAX: u64 = 4 * 1024 * MIB as u64;
/// What the compiling process may write.
pub const COMPILED_BYTES_MAX: u64 = 1024 * MIB as u64;

// What components did.

/// Things that the calls of one version are counted for, one by one; beyond that they are counted together. A component that is
/// denied may make up as many names as it likes.
pub const RESOURCES_COUNTED_MAX: usize = 1024;
/// The name of one of them: longer than any grant that people write.
pub const RESOURCE_BYTES_MAX: usize = 256;
/// How often counts are stored: what a `kill -9` may lose of them, and one write to the disk each time.
pub const AUDIT_PAUSE: Duration = Duration::from_secs(2);
/// Counts that are stored in one transaction.
pub const AUDIT_STEPS_MAX: usize = 100;
/// Hours of counts that are kept: three months.
pub const USAGE_HOURS_KEPT: u32 = 24 * 92;
/// Rows of counts that are kept, of some hundred bytes each; the oldest hours go first.
pub const USAGE_ROWS_KEPT: usize = 200_000;
/// Lines of the audit in one answer.
pub const AUDIT_LINES_LISTED_MAX: usize = 1000;
/// Requests of each core that are kept in memory to be looked at, however they ended. So few stay in the cache of the processor, where
/// some thousands would not.
pub const REQUESTS_KEPT: usize = 256;
/// Requests that did not end well, kept beside those: they are what somebody looks for.
pub const REQUESTS_FAILED_KEPT: usize = 1024;
/// Calls of one request that are kept; more are counted.
pub const REQUEST_CALLS_KEPT: usize = 64;
/// What is kept of a request's path.
pub const REQUEST_PATH_KEPT_BYTES: usize = 256;

/// Compiled code that is kept from one start to the next: that of some hundred components.
pub const CACHE_BYTES_KEPT: u64 = 2 * 1024 * MIB as u64;

// Requests to other servers.

/// From the start of a request to the end of the connection being made, encryption included.
pub const OUTBOUND_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Until the head of the answer, and between two pieces of its body.
pub const OUTBOUND_READ_TIMEOUT: Duration = Duration::from_secs(30);
/// An answer's body. The component bounds further what it keeps.
pub const OUTBOUND_BODY_BYTES_MAX: usize = 64 * MIB;
/// Requests to other servers that one instance may have open.
pub const OUTBOUND_REQUESTS_MAX: usize = 16;
/// How long a browser remembers that a page of another origin may use the server: browsers themselves keep it no longer than two
/// hours, and a change of the option should not need one.
pub const CROSS_ORIGIN_MAX_AGE: Duration = Duration::from_secs(600);
/// How long a handshake of HTTPS may take: a few exchanges on the slowest of lines.
pub const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

// Listeners of Server-Sent Events.

/// Listeners of the server: as many as connections, where nearly all of them listen.
pub const SSE_LISTENERS_MAX: usize = CONNECTIONS_MAX;
/// Listeners of one component. The rest is for others.
pub const SSE_COMPONENT_LISTENERS_MAX: usize = SSE_LISTENERS_MAX / 5 * 4;
/// Topics of one listener.
pub const SSE_LISTENER_TOPICS_MAX: usize = 16;
/// The name of a topic: a component may put a whole description into it, such as a filter.
pub const SSE_TOPIC_BYTES_MAX: usize = 4 * KIB;
/// The names of all topics that have listeners: some hundreds of bytes for each listener.
pub const SSE_TOPICS_BYTES_MAX: usize = 8 * MIB;
/// What a component keeps about one listener.
pub const SSE_LABEL_BYTES_MAX: usize = KIB;
/// One event as it is written: a row of a table, with room to spare. It must fit into an empty buffer.
pub const SSE_EVENT_BYTES_MAX: usize = SSE_BUFFER_BYTES_MAX - SSE_NUMBER_DIGITS_MAX;
/// The number that is put into an event.
pub const SSE_NUMBER_DIGITS_MAX: usize = 20;
/// Events that a listener who comes back is given at once. More are given when it comes back from there.
pub const SSE_MISSED_EVENTS_MAX: usize = 1024;
/// Events that wait for one listener. Whoever is so far behind learns more by asking again.
pub const SSE_BUFFER_EVENTS_MAX: usize = 64;
/// Bytes that wait for one listener.
pub const SSE_BUFFER_BYTES_MAX: usize = 256 * KIB;
/// All that waits for listeners, what many of them wait for counted once. Beyond it everybody counts as too slow.
pub const SSE_WAITING_BYTES_MAX: usize = 64 * MIB;
/// Events that are copied together to go out at once; a larger one goes out by itself, from the memory that all share.
pub const SSE_COPIED_BYTES_MAX: usize = 8 * KIB;
/// An emptied buffer that had room for more events gives its memory back: there are many, and most are empty most of the time.
pub const SSE_BUFFER_EVENTS_KEPT: usize = 8;
/// How long a listener may stay held: what it missed has to be found within the time of a request.
pub const SSE_HELD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long nothing is sent until a comment is: well below what proxies wait for.
pub const SSE_HEARTBEAT: Duration = Duration::from_secs(15);
/// Messages in one call.
pub const SSE_MESSAGES_MAX: usize = 256;
/// Targets of all messages in one call.
pub const SSE_TARGETS_MAX: usize = 4096;
/// Listeners that are forgotten before others get their turn: each takes some microseconds.
pub const SSE_FORGOTTEN_AT_ONCE: usize = 64;
/// Changes in who listens that are remembered: all listeners may go at once and come back.
pub const SSE_NEWS_MAX: usize = 4 * SSE_LISTENERS_MAX;
/// What these changes may have in bytes.
pub const SSE_NEWS_BYTES_MAX: usize = 8 * MIB;

// Secrets.

/// The name of a secret: the contract says so, and file systems take it.
pub const SECRET_NAME_BYTES_MAX: usize = 64;
/// The value of a secret: a long chain of certificates with its key fits.
pub const SECRET_BYTES_MAX: usize = 64 * KIB;
/// Secrets of one server. All are kept in memory.
pub const SECRETS_MAX: usize = 256;

// Mail.

/// One message as it is encoded for mail; relays take from 10 MiB on, and larger things are better linked to.
pub const MAIL_MESSAGE_BYTES_MAX: usize = 5 * MIB;
/// A larger message is encoded on a thread of its own: it takes more than a few milliseconds.
pub const MAIL_INLINE_BYTES_MAX: usize = 256 * KIB;
/// The contents of a message as the outbox keeps them, in one row: a result of `host.db` holds 8 MiB.
pub const MAIL_STORED_BYTES_MAX: usize = 7 * MIB;
/// Recipients of one message. Relays refuse more than about a hundred.
pub const MAIL_RECIPIENTS_MAX: usize = 50;
/// Files that go with one message.
pub const MAIL_ATTACHMENTS_MAX: usize = 20;
/// A subject, a name or the like.
pub const MAIL_FIELD_BYTES_MAX: usize = 1000;
/// An address: SMTP knows no longer ones.
pub const MAIL_ADDRESS_BYTES_MAX: usize = 254;
/// Recipients that one component may write to in a minute. Whoever sends more will find the relay blocked soon.
pub const MAIL_RECIPIENTS_PER_MINUTE: usize = 120;
/// Messages that wait for the relay, of all components together: a day without one.
pub const MAIL_WAITING_MAX: usize = 10_000;
/// What all messages that wait may have together, on the disk.
pub const MAIL_WAITING_BYTES_MAX: usize = 256 * MIB;
/// Messages that are kept of those that wait no longer.
pub const MAIL_FINISHED_MAX: usize = 1000;
/// What these may have together, on the disk.
pub const MAIL_FINISHED_BYTES_MAX: usize = 64 * MIB;
/// Messages in one list.
pub const MAIL_LISTED_MAX: usize = 100;
/// The contents of all messages in one list for a component.
pub const MAIL_LISTED_BYTES_MAX: usize = 8 * MIB;
/// Messages that are handed over at once, each on a connection of its own. Relays allow few.
pub const MAIL_DELIVERIES_MAX: usize = 4;
/// How long the relay may take for one step.
pub const MAIL_RELAY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long it may take for one message.
pub const MAIL_DELIVERY_TIMEOUT: Duration = Duration::from_secs(120);
/// Until the second try. Each further pause is four times as long.
pub const MAIL_RETRY_PAUSE_MIN: Duration = Duration::from_secs(5);
/// The longest pause between two tries.
pub const MAIL_RETRY_PAUSE_MAX: Duration = Duration::from_secs(3600);
/// When a message is given up: by then somebody should have seen that the relay is down.
pub const MAIL_GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// What is kept of what the relay says.
pub const MAIL_DETAIL_CHARS_MAX: usize = 500;
