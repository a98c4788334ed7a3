// The messages, newest first; and what stands there when there are none, or when it is not known whether there are.
import type { JSX } from "preact";
import { ago } from "../clock.ts";
import type { Entry, Mail } from "../inbox.ts";
import { t } from "../i18n.ts";
import { ClipIcon, Mayfly } from "./icons.tsx";
import { useNow } from "./now.ts";
import { Take } from "./Take.tsx";

interface Props {
  readonly mail: Mail;
  readonly selected: string | null;
  readonly onOpen: (id: string) => void;
}

export function agoText(then: number, now: number): string {
  const it = ago(then, now);
  return it.unit === "now" ? t("ago.now") : t(`ago.${it.unit}`, { n: it.n });
}

export const senderOf = (entry: Entry): string =>
  entry.kind === "closed" ? t("closed.from") : entry.summary.from.name || entry.summary.from.address || t("from.nobody");

export function List({ mail, selected, onOpen }: Props): JSX.Element {
  const now = useNow(20_000);
  if (mail.kind === "unknown") return <Waiting testid="unknown" title={t("list.unknown")} text="" />;
  if (mail.entries.length === 0) return <Waiting testid="empty" title={t("list.empty")} text={t("list.empty.how")} />;
  return (
    <ul class="list" data-testid="list">
      {mail.entries.map((entry) => (
        <li key={entry.id} data-testid="message" data-id={entry.id} class={mail.unread.has(entry.id) ? "item unread" : "item"}>
          <Row entry={entry} now={now} unread={mail.unread.has(entry.id) ? "unread" : "read"} current={selected === entry.id ? "true" : undefined} onOpen={onOpen} />
          {entry.kind === "open" && <Take summary={entry.summary} />}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly entry: Entry;
  readonly now: number;
  readonly unread: "unread" | "read";
  readonly current: "true" | undefined;
  readonly onOpen: (id: string) => void;
}

function Row({ entry, now, unread, current, onOpen }: RowProps): JSX.Element {
  const open = entry.kind === "open" ? entry.summary : undefined;
  return (
    <button type="button" class="row" data-testid="open-message" aria-current={current} disabled={!open} onClick={() => onOpen(entry.id)}>
      <span class="from" dir="auto">
        {senderOf(entry)}
        {unread === "unread" && <span class="unseen">, {t("list.unread")}</span>}
      </span>
      <span class="when">
        {open && open.attachments.length > 0 && <span class="clip"><ClipIcon /><span class="unseen">{t("list.attachments", { n: open.attachments.length })}</span></span>}
        <time dateTime={new Date(entry.receivedAt).toISOString()}>{agoText(entry.receivedAt, now)}</time>
      </span>
      <span class="subject" dir="auto">{open ? open.subject || t("subject.none") : t("closed.subject")}</span>
      {open && open.snippet !== "" && <span class="snippet" dir="auto">{open.snippet}</span>}
    </button>
  );
}

function Waiting({ testid, title, text }: { readonly testid: string; readonly title: string; readonly text: string }): JSX.Element {
  return (
    <div class="empty" data-testid={testid}>
      <Mayfly />
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  );
}
