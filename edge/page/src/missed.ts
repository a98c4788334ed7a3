// What a record of mail that did not come says, once it is open. Pure.
// Our own origin wrote it; the sender's domain in it is what a stranger claimed.
import { record, text } from "./wire.ts";

/** The reasons that the page has words for; others are told by the reply that the sender got. */
export const REASONS = [
  "spf_fail", "dkim_fail", "dmarc", "attachment", "too_large", "header_too_large", "loop", "bare_line_ending", "long_line",
  "too_many_parts", "too_deep", "no_room", "store_unavailable", "inbox_full", "dns_unavailable", "interrupted",
] as const;
export type Reason = (typeof REASONS)[number];

/** Whether the sender comes again: who was put off, or hung up, mostly does; who was refused does not. */
export type Sequel = "again" | "final";

export interface Missed {
  /** Empty for a notice that no sender signs (a bounce). */
  readonly domain: string;
  readonly reason: Reason | undefined;
  /** Empty where the sender had hung up. */
  readonly reply: string;
  readonly sequel: Sequel;
}

/** A record of whatever a seal held; nothing where it is no record. */
export function asMissed(value: unknown): Missed | undefined {
  const it = record(value);
  const reason = text(it.reason);
  if (reason === "") return undefined;
  const reply = text(it.reply);
  return { domain: text(it.sender_domain), reason: REASONS.find((one) => one === reason), reply, sequel: reply.startsWith("5") ? "final" : "again" };
}
