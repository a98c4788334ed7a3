//! Bounds of what is asked of Redis: every call has a deadline, every queue an end.

use protocol::time::Millis;

/// Within this a call is answered, or whoever asked hears that the store does not answer: far below the minutes that a
/// sender waits for a reply (RFC 5321 §4.5.3.2), long enough for a large message on a slow network.
pub const REDIS_CALL: Millis = Millis::from_secs(5);

/// Within this one round trip is answered, or its connection is given up: below [`REDIS_CALL`], so that what a frozen or
/// unreachable server holds up is not given up by its caller first and found in the same place by the next.
pub const REDIS_ROUND: Millis = Millis::from_secs(3);

/// Within this a connection is made, greeted and has its scripts.
pub const REDIS_CONNECT: Millis = Millis::from_secs(2);

/// Within this a server says who the master is, or another one is asked.
pub const REDIS_ASK: Millis = Millis::from_secs(1);

/// How long replicas are waited for; well below [`REDIS_ROUND`], so that "too few" is told from "no answer".
pub const REDIS_WAIT: Millis = Millis::from_millis(500);

/// The first pause after a failed connection, and the longest: recovery takes no longer than this once Redis is back.
pub const REDIS_BACKOFF: (Millis, Millis) = (Millis::from_millis(50), Millis::from_secs(1));

/// Writes that wait for their turn on one connection; beyond, callers wait until their deadline.
pub const REDIS_QUEUE: usize = 1_024;

/// Writes that share one round trip and one wait for replicas.
pub const REDIS_BATCH: usize = 256;

/// Octets of such a batch, beyond its first write: bounds what stands in the socket's way at one time.
pub const REDIS_BATCH_OCTETS: usize = 4 * 1024 * 1024;

/// How often memory is looked at, and each connection that only listens is asked whether it lives.
pub const REDIS_WATCH: Millis = Millis::from_secs(1);

/// How long Redis keeps a key beyond its end, for clocks that differ: what has ended is never served meanwhile.
pub const REDIS_MARGIN: Millis = Millis::from_secs(10 * 60);

/// How long Redis keeps queues and counts that nobody touches: longer than anything that they name.
pub const REDIS_QUEUE_LIFE: Millis = Millis::from_secs(7 * 24 * 60 * 60);

/// Deletions that are remembered beyond [`super::INBOX_DELETIONS`] before the oldest are looked for: the search reads
/// all of them, so it is made once in so many times.
pub const REDIS_DELETIONS_SLACK: usize = 64;

/// Expired things that one script drops before others have their turn: an inbox of 200 messages takes about 1 ms.
pub const REDIS_STEP: usize = 32;

/// A claim on an address whose inbox is not there yet is honoured so long; then its maker has failed half-way.
pub const REDIS_CLAIM: Millis = Millis::from_secs(30);

/// Redis addresses that a configuration may name.
pub const REDIS_ADDRESSES: usize = 32;

/// How long a starting origin waits for Redis: one failover and some more. Then its supervisor starts it again.
pub const REDIS_START: Millis = Millis::from_secs(30);
