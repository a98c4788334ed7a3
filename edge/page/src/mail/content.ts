// What is read of a message, checked: out of whatever a seal held. Pure.
import { attachmentSummary, list, number, record, text, textOrNull, type Attachment, type Content, type Danger, type FeedbackKind, type FeedbackReport } from "../wire.ts";

const DANGERS: readonly string[] = ["program", "script", "shortcut", "installer", "disk-image", "macros", "disguised", "encrypted", "unreadable"];

/** What is said of a file, even in a word that came later than this page. */
function danger(value: unknown): Danger | null {
  const word = text(value);
  if (word === "") return null;
  return DANGERS.includes(word) ? (word as Danger) : "other";
}

function attachment(value: unknown): Attachment {
  const it = record(value);
  const encoding = it.encoding === "base64" || it.encoding === "quoted-printable" ? it.encoding : "identity";
  return { ...attachmentSummary(value), offset: number(it.offset), length: number(it.length), encoding, danger: danger(it.danger), withheld: danger(it.withheld) };
}

const KINDS: readonly string[] = ["abuse", "fraud", "virus", "other", "not-spam", "auth-failure"];

function report(value: unknown): FeedbackReport | null {
  if (typeof value !== "object" || value === null) return null;
  const it = record(value);
  return {
    kind: KINDS.includes(text(it.kind)) ? (it.kind as FeedbackKind) : "other",
    user_agent: text(it.user_agent),
    reported_domains: list(it.reported_domains, text).filter(Boolean),
    source_ip: text(it.source_ip),
    arrived_at: text(it.arrived_at),
    original_mail_from: text(it.original_mail_from),
    original_recipients: number(it.original_recipients),
    incidents: number(it.incidents),
  };
}

/** A content of whatever a seal held: what is missing is empty. */
export function asContent(value: unknown): Content {
  const it = record(value);
  return {
    text: textOrNull(it.text),
    html: textOrNull(it.html),
    inline: list(it.inline, (part) => {
      const one = record(part);
      return { cid: text(one.cid), content_type: text(one.content_type), data: text(one.data) };
    }),
    attachments: list(it.attachments, attachment),
    headers: list(it.headers, (field) => ({ name: text(record(field).name), value: text(record(field).value) })),
    report: report(it.report),
  };
}
