//! The origin's bounds, each with its reason. Those that both sides of the wire keep stand in
//! `protocol::limits`.

mod admission;
mod authors;
mod certificates;
mod files;
mod handover;
mod jobs;
mod operator;
mod records;
mod reports;
mod senders;
mod shared_store;
mod signatures;
mod webhooks;

use protocol::time::Millis;

pub use admission::*;
pub use authors::*;
pub use certificates::*;
pub use files::*;
pub use handover::*;
pub use jobs::*;
pub use operator::*;
pub use records::*;
pub use reports::*;
pub use senders::*;
pub use shared_store::*;
pub use signatures::*;
pub use webhooks::*;

/// Longest command line in octets with its CRLF: 512 (RFC 5321 §4.5.3.1.4) and what MAIL and RCPT parameters add.
pub const COMMAND_LINE: usize = 2048;

/// Longest text line in octets with its CRLF that is taken without complaint is 1,000 (RFC 5321
/// §4.5.3.1.6); longer ones are common in HTML mail and harmless, up to this.
pub const TEXT_LINE: usize = 65_536;

/// Recipients of one message: RFC 5321 §4.5.3.1.8 asks for at least 100.
pub const RECIPIENTS: usize = 100;

/// Messages in one session; then `421`, so that load is spread anew.
pub const MESSAGES_PER_SESSION: usize = 1_000;

/// Errors (unknown, malformed or misplaced commands, unknown recipients) before the session is ended.
pub const ERRORS_PER_SESSION: usize = 10;

/// Commands that do no work (NOOP, RSET, VRFY, …) between two messages before each counts as an error.
pub const IDLE_COMMANDS: usize = 20;

/// Deadline for each command and for each piece of a message: layer 2's promise.
pub const COMMAND_TIMEOUT: Millis = Millis::from_secs(30);

/// Deadline of a TLS handshake.
pub const TLS_TIMEOUT: Millis = Millis::from_secs(10);

/// Longest session.
pub const SESSION_TIMEOUT: Millis = Millis::from_secs(15 * 60);

/// Slowest a message may come, in octets a second, after its first [`COMMAND_TIMEOUT`]: Postfix's `smtpd_min_data_rate`.
pub const DATA_RATE_MIN: u64 = 500;

/// Sessions at one time.
pub const SESSIONS: usize = 50_000;

/// The listen backlog: layer 2's promise.
pub const BACKLOG: u32 = 10_000;

/// What is reserved for a message that announces no size; it grows from there.
pub const RESERVE_UNANNOUNCED: usize = 64 * 1024;

/// What a stored message takes beside its sealed parts: their wrapping, index, allocator, map entries.
pub const MESSAGE_OVERHEAD: usize = 512;

/// What an inbox takes in the store: its keys, sealed address, map entries.
pub const INBOX_OVERHEAD: usize = 4 * 1024;

/// Inboxes at one time on one node: bounds what creation alone can take.
pub const INBOXES: usize = 1_000_000;

/// Trace fields of others before a message counts as looping (RFC 5321 §6.3: at least 100).
pub const HOPS: usize = 100;

/// Longest header section in octets: Postfix's `header_size_limit`.
pub const HEADER_OCTETS: usize = 102_400;

/// MIME parts of one message.
pub const MIME_PARTS: usize = 1_000;

/// MIME nesting.
pub const MIME_DEPTH: usize = 16;

/// Octets of text that are searched for codes and links, of each body.
pub const SEARCH_OCTETS: usize = 256 * 1024;

/// Codes and links that a summary lists, of each kind.
pub const FINDINGS: usize = 5;

/// Longest link that a summary lists, in octets.
pub const LINK_OCTETS: usize = 2_048;

/// Longest decoded header value that is kept for reading, in octets.
pub const HEADER_VALUE_OCTETS: usize = 4_096;

/// Inline parts are carried in the content up to this many octets in all; what is beyond is listed as an attachment.
pub const INLINE_OCTETS: usize = 2 * 1024 * 1024;

/// The store's budget unless configured: a small machine's half.
pub const STORE_OCTETS: usize = 1024 * 1024 * 1024;

/// New mail is taken up to this many hundredths of the budget.
pub const HIGH_WATER_PERCENT: usize = 90;

/// How long an ended inbox's id is remembered, to say `410` rather than `404`.
pub const GONE_MEMORY: Millis = Millis::from_secs(24 * 60 * 60);

/// Pause between two pushes of one inbox: KV takes one write a second per key.
pub const PUSH_INTERVAL: Millis = Millis::from_millis(1_000);

/// Deadline of one push.
pub const PUSH_TIMEOUT: Millis = Millis::from_secs(15);

/// First pause after a failed push; it doubles up to [`PUSH_BACKOFF_MAX`].
pub const PUSH_BACKOFF: Millis = Millis::from_millis(250);

/// Longest pause between two attempts.
pub const PUSH_BACKOFF_MAX: Millis = Millis::from_secs(30);

/// Names that are drawn for one inbox before its maker is asked to come again: with more than 10^9 of
/// them, a second draw is already rare.
pub const NAME_DRAWS: usize = 8;

/// How long a request's body may take to come, once its head is there: it is smaller than one packet or two.
pub const REQUEST_TIMEOUT: Millis = Millis::from_secs(10);

/// Octets that answers put together in memory take at one time, counted as three times the sealed part while they
/// are made (the sealed copy, the opened one or its text, and what is cut from it), then as what they are.
pub const ANSWERS_OCTETS: u32 = 512 * 1024 * 1024;

/// How many times larger than its sealed form a summary may inflate: JSON of short texts deflates to a tenth or so.
pub const SUMMARY_INFLATION: usize = 32;

/// How much larger in JSON a content may be than its texts: a control character takes six octets (RFC 8259 §7).
pub const CONTENT_INFLATION: usize = 6;

/// What a client is told to wait before it asks again for what the service cannot do just now.
pub const UNAVAILABLE_RETRY: Millis = Millis::from_secs(5);

/// What a client is told to wait before it opens a broken event stream anew.
pub const EVENT_RETRY: Millis = Millis::from_secs(2);
/// Longest command line that is read to its end before it is refused; a longer one ends the session.
pub const COMMAND_LINE_DRAIN: usize = 64 * 1024;

/// An overlong or refused message is read to its end, up to this many times the largest size; then the session ends.
pub const DRAIN_FACTOR: usize = 4;

/// What is read at once while commands are awaited: a pipelined group fits.
pub const COMMAND_READ: usize = 4 * 1024;

/// What is read at once while a message comes: fewer system calls, yet small beside a thread's stack.
pub const DATA_READ: usize = 32 * 1024;

/// First buffer of a message that announces no size: most such messages fit.
pub const BUFFER_UNANNOUNCED: usize = 8 * 1024;

/// First buffer of a message that announces its size, at most: nobody makes us allocate by announcing alone.
pub const BUFFER_ANNOUNCED: usize = 1024 * 1024;

/// Connections past [`SESSIONS`] that are told so at one time; further ones are told without waiting for them to read it.
pub const TURNED_AWAY: usize = 256;

/// How long a closed session's last words may take to be read, and what it still sends is discarded.
pub const LINGER: Millis = Millis::from_secs(1);

/// How much of what a closed session still sends is read, so that its last reply is not lost to a reset.
pub const LINGER_OCTETS: usize = 64 * 1024;

/// First pause after a failed accept (no descriptors, no memory); it doubles up to [`ACCEPT_PAUSE_MAX`].
pub const ACCEPT_PAUSE: Millis = Millis::from_millis(5);

/// Longest pause after a failed accept: room is noticed within it.
pub const ACCEPT_PAUSE_MAX: Millis = Millis::from_millis(250);
/// Octets of one MIME part's own header that are read; fields beyond are as if they were not there. A file
/// name of 255 octets, encoded and split as RFC 2231 allows, takes a fraction of it.
pub const PART_HEADER_OCTETS: usize = 16 * 1024;

/// Header fields that are kept for reading: [`HOPS`] trace fields and those that a reader looks for.
pub const HEADERS_SHOWN: usize = 128;

/// Longest boundary that delimits parts: RFC 2046 §5.1.1 allows 70 octets, some senders write more.
pub const BOUNDARY_OCTETS: usize = 256;

/// Longest file name in octets: what file systems hold.
pub const FILENAME_OCTETS: usize = 255;

/// Characters of a snippet.
pub const SNIPPET_CHARS: usize = 200;

/// Numbers and words of one text that are weighed as codes; real mail has a few dozen.
pub const CODE_CANDIDATES: usize = 2_000;

/// Links of one body that are weighed.
pub const LINK_CANDIDATES: usize = 2_000;
/// Deletions that an inbox remembers for readers at an older cursor, the latest ones: keeps its record at
/// the edge one small KV value however often mail comes and goes within its life.
pub const INBOX_DELETIONS: usize = protocol::limits::INBOX_DELETIONS;

/// What a deletion takes until it is forgotten; kept back from the deleted message's own room.
pub const DELETION_OVERHEAD: usize = 96;

/// What an ended inbox takes while its id is remembered; kept back from the inbox's own room.
pub const TOMBSTONE_OVERHEAD: usize = 256;

/// Ended inboxes remembered at one time, at most a quarter of [`STORE_OCTETS`]; beyond, the oldest are forgotten.
pub const TOMBSTONES: usize = 1_000_000;

/// Things that a purge drops before it lets others at the same shard: bounds how long they wait.
pub const PURGE_STEP: usize = 1_024;

/// Pushes on their way at one time, each of its own inboxes: a large message holds up nobody else's, and the
/// batches being sent take no more than this many times `protocol::limits::BATCH_OCTETS`.
pub const PUSHES: usize = 4;

/// What is added to each pause after a refusal (4xx): only an operator can mend it, so there is no hurry.
pub const REFUSED_PAUSE: Millis = Millis::from_secs(5);

/// Longest patience that the edge is granted when it says `429`.
pub const BUSY_MAX: Millis = Millis::from_secs(5 * 60);

/// How often loops that wait for an instant look at the clock again: a clock that is set forward is noticed within this.
pub const CLOCK_CHECK: Millis = Millis::from_secs(1);

/// Event streams and waiting requests at one time.
pub const WAITERS: usize = 20_000;

/// How often an event stream says that it is alive.
pub const EVENT_HEARTBEAT: Millis = Millis::from_secs(15);

/// Messages up to this many octets are judged and sealed where they were received; longer ones on a
/// thread of their own, since they would hold up other sessions for milliseconds.
pub const INLINE_WORK_OCTETS: usize = 128 * 1024;

/// How long a draining process takes at most, all told: orchestrators kill what takes 30 seconds.
pub const DRAIN_TIMEOUT: Millis = Millis::from_secs(25);

/// Of [`DRAIN_TIMEOUT`], what is kept for pushing to the edge: mail that is cut off while it comes in is sent
/// again by its sender, mail that was taken and not pushed is lost.
pub const DRAIN_EDGE_TIMEOUT: Millis = PUSH_TIMEOUT;

/// HTTP connections at one time: [`WAITERS`] and half as many that come and go. Further ones wait in the backlog.
pub const HTTP_CONNECTIONS: usize = 30_000;

/// Connections to the operator's door at one time: a few scrapers.
pub const OPERATOR_CONNECTIONS: usize = 64;

/// How long a request's head may take to come, and how long a connection may be kept for the next one.
pub const HTTP_HEAD_TIMEOUT: Millis = Millis::from_secs(10);

/// Octets of a request's head, all fields together; our own clients send a few hundred.
pub const HTTP_HEAD_OCTETS: usize = 16 * 1024;

/// How long a client may take for [`HTTP_STEADY_OCTETS`] of an answer, or for all of it: who does not read
/// would hold the answer's memory.
pub const HTTP_STALL_TIMEOUT: Millis = Millis::from_secs(30);

/// What a client must take within [`HTTP_STALL_TIMEOUT`]: 8 kB a second, less than the slowest phone.
pub const HTTP_STEADY_OCTETS: usize = 256 * 1024;

/// Messages that an event stream takes out of the store at one time: what each of [`WAITERS`] may hold.
pub const EVENT_PAGE: usize = 4;

/// Long messages that are judged and sealed at one time: each takes several times its octets meanwhile, and
/// more threads than processors would only wait for one another.
pub const LONG_MESSAGES: usize = 4;

/// What one encapsulation costs beside the sealing itself, as octets that are sealed in the same time.
pub const ENCAPSULATION_OCTETS: usize = 16 * 1024;

/// Copies remembered that were stored although their message was put off for another's sake; beyond, the
/// oldest are forgotten, and the sender's next attempt brings them twice.
pub const REPEATS: usize = 10_000;

/// Octets of replies that gather while commands are still there to be read; then they are sent, whatever comes.
pub const REPLIES_GATHERED: usize = 4 * 1024;

/// How long a client is watched before it is greeted, unless configured: honest ones need not wait.
pub const GREET_DELAY: Millis = Millis::from_millis(0);

/// Longest PROXY header of version 2: addresses take 216 octets at most, what proxies add (names, a
/// certificate's subject) some hundred more.
pub const PROXY_OCTETS: usize = 2 * 1024;

/// Deadline of a PROXY header: the proxy has it ready when it connects.
pub const PROXY_TIMEOUT: Millis = Millis::from_secs(5);

/// Sessions of one address at one time, unless configured: the largest senders open some twenty.
pub const ADDRESS_SESSIONS: u32 = 50;

/// New sessions of one address a minute, unless configured.
pub const ADDRESS_RATE: u32 = 600;

/// Sessions of one network at one time, unless configured.
pub const NETWORK_SESSIONS: u32 = 250;

/// New sessions of one network a minute, unless configured.
pub const NETWORK_RATE: u32 = 3_000;
