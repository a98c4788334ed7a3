// Where a message came from and what vouches for it: verdicts and header fields.
import type { JSX } from "preact";
import type { Entry } from "../../inbox.ts";
import { t } from "../../i18n.ts";
import type { Authentication, Content } from "../../wire.ts";

export function Verdict({ auth }: { readonly auth: Authentication }): JSX.Element | null {
  if (auth.dmarc === "pass") return <span class="verdict good">{t("verdict.pass")}</span>;
  if (auth.dmarc === "fail") return <span class="verdict bad">{t("verdict.fail")}</span>;
  return null;
}

export function Details({ entry, content }: { readonly entry: Extract<Entry, { kind: "open" }>; readonly content: Content }): JSX.Element {
  const { auth } = entry.summary;
  const received = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "medium" }).format(entry.receivedAt);
  const rows: readonly (readonly [string, string])[] = [
    [t("details.received"), received],
    ["SPF", t(`outcome.${auth.spf}`)],
    ["DKIM", t(`outcome.${auth.dkim}`)],
    ["DMARC", t(`outcome.${auth.dmarc}`)],
    ["TLS", auth.tls ?? t("details.clear")],
  ];
  return (
    <div data-testid="details">
      <dl class="fields">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <h3 class="label">{t("details.headers")}</h3>
      <dl class="fields">
        {content.headers.map((field) => <div><dt>{field.name}</dt><dd dir="auto">{field.value}</dd></div>)}
      </dl>
    </div>
  );
}
