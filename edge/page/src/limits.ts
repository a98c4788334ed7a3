// The bounds of the page, each with its reason. Pure.

/** Octets of an opened summary: a list shows two hundred, and the origin keeps them far smaller. */
export const SUMMARY_OCTETS = 256 * 1024;

/** Octets of an opened content: what the origin admits, written in JSON, whose escapes may double it. */
export const CONTENT_OCTETS = 16 * 1024 * 1024;

/** Octets of an opened raw message: the largest message, and the trace headers that the origin adds. */
export const RAW_OCTETS = 21 * 1024 * 1024;

/** Octets of an opened address: far above what RFC 5321 allows. */
export const ADDRESS_OCTETS = 1024;

/** Octets of an opened delivery record: a domain and a reply. */
export const DELIVERY_OCTETS = 4096;

/** Octets of one event on the stream: a sealed summary in base64url with room to spare. */
export const EVENT_OCTETS = 256 * 1024;

/** Characters of source that are shown at once: more makes phones stutter; the download has all. */
export const SOURCE_CHARS = 200_000;

/** Milliseconds without a byte after which a stream is taken for dead: several of the server's heartbeats. */
export const STREAM_SILENCE = 75_000;

/** Milliseconds in which a stream must begin. */
export const STREAM_START = 15_000;

/** Seconds that one long poll waits: below what impatient proxies allow. */
export const POLL_WAIT = 25;

/** Milliseconds before the end at which the page warns: time enough to extend (WCAG 2.2.1). */
export const EXPIRY_WARNING = 10 * 60_000;
