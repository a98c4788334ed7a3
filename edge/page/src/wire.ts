// What the API and the sealed parts say, in the words of the wire, and how each is checked. Pure.
// What comes out of a seal was written by the origin, but from a stranger's mail: nothing is taken on trust.
import type { TransferEncoding } from "./mail/decode.ts";

export type Outcome = "none" | "pass" | "fail" | "softfail" | "neutral" | "temperror" | "permerror";
export interface Mailbox { readonly name: string; readonly address: string }
export interface Authentication { readonly spf: Outcome; readonly dkim: Outcome; readonly dmarc: Outcome; readonly tls: string | null }
export interface AttachmentSummary { readonly n: number; readonly filename: string; readonly content_type: string; readonly size: number }
/** What is wrong with a file, in the origin's words; "other" for one that this page does not know. */
export type Danger = "program" | "script" | "shortcut" | "installer" | "disk-image" | "macros" | "disguised" | "encrypted" | "unreadable" | "other";
export interface Attachment extends AttachmentSummary {
  /** A warning about a file that is here. */
  readonly danger: Danger | null;
  /** Why the file is not here. */
  readonly withheld: Danger | null;
  readonly offset: number;
  readonly length: number;
  readonly encoding: TransferEncoding;
}
export interface Summary {
  readonly from: Mailbox;
  readonly subject: string;
  readonly snippet: string;
  readonly codes: readonly string[];
  readonly links: readonly string[];
  readonly auth: Authentication;
  readonly attachments: readonly AttachmentSummary[];
}
export interface InlinePart { readonly cid: string; readonly content_type: string; readonly data: string }
export interface Header { readonly name: string; readonly value: string }
export type FeedbackKind = "abuse" | "fraud" | "virus" | "other" | "not-spam" | "auth-failure";
/** A report of abuse (RFC 5965): what it says, and nothing that anybody has checked. */
export interface FeedbackReport {
  readonly kind: FeedbackKind;
  readonly user_agent: string;
  readonly reported_domains: readonly string[];
  readonly source_ip: string;
  readonly arrived_at: string;
  readonly original_mail_from: string;
  readonly original_recipients: number;
  readonly incidents: number;
}
export interface Content {
  readonly text: string | null;
  readonly html: string | null;
  readonly inline: readonly InlinePart[];
  readonly attachments: readonly Attachment[];
  readonly headers: readonly Header[];
  readonly report: FeedbackReport | null;
}
export interface SealedEntry { readonly id: string; readonly received_at: string; readonly size: number; readonly sealed: { readonly summary: string; readonly content?: string } }
export interface SealedList { readonly messages: readonly SealedEntry[]; readonly cursor: string }
export interface SealedDelivery { readonly id: string; readonly at: string; readonly sealed: string }
export interface SealedDeliveries { readonly deliveries: readonly SealedDelivery[]; readonly cursor: string }
export interface InboxView {
  readonly id: string;
  readonly address?: string;
  readonly sealed?: { readonly address: string };
  readonly domain: string;
  readonly created_at: string;
  readonly expires_at: string;
}

type Json = Record<string, unknown>;
export const record = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
export const list = <T>(value: unknown, one: (item: unknown) => T): T[] => (Array.isArray(value) ? value.map(one) : []);

const OUTCOMES: readonly string[] = ["none", "pass", "fail", "softfail", "neutral", "temperror", "permerror"];
const outcome = (value: unknown): Outcome => (OUTCOMES.includes(text(value)) ? (value as Outcome) : "none");

function mailbox(value: unknown): Mailbox {
  const from = record(value);
  return { name: text(from.name), address: text(from.address) };
}

export function attachmentSummary(value: unknown): AttachmentSummary {
  const it = record(value);
  return { n: number(it.n), filename: text(it.filename), content_type: text(it.content_type), size: number(it.size) };
}

/** A summary of whatever a seal held: what is missing is empty. */
export function asSummary(value: unknown): Summary {
  const it = record(value);
  const auth = record(it.auth);
  return {
    from: mailbox(it.from),
    subject: text(it.subject),
    snippet: text(it.snippet),
    codes: list(it.codes, text).filter(Boolean),
    links: list(it.links, text).filter(Boolean),
    auth: { spf: outcome(auth.spf), dkim: outcome(auth.dkim), dmarc: outcome(auth.dmarc), tls: textOrNull(auth.tls) },
    attachments: list(it.attachments, attachmentSummary),
  };
}
