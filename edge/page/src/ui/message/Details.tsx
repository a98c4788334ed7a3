// Where a message came from and what vouches for it: verdicts and header fields.
import type { JSX } from "preact";
import type { Entry } from "../../inbox.ts";
import { t } from "../../i18n.ts";
import type { Authentication, Content, FeedbackReport } from "../../wire.ts";

export function Verdict({ auth }: { readonly auth: Authentication }): JSX.Element | null {
  if (auth.dmarc === "pass") return <span class="verdict good">{t("verdict.pass")}</span>;
  if (auth.dmarc === "fail") return <span class="verdict bad">{t("verdict.fail")}</span>;
  return null;
}

const moment = (at: number | Date): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "medium" }).format(at);

/** What a report of abuse says; a row for each thing that it says anything of. */
function Report({ report }: { readonly report: FeedbackReport }): JSX.Element {
  const arrived = Date.parse(report.arrived_at);
  const rows: readonly (readonly [string, string])[] = [
    [t("report.kind"), t(`report.is.${report.kind}`)],
    [t("report.domains"), report.reported_domains.join(", ")],
    [t("report.source"), report.source_ip],
    [t("report.sender"), report.original_mail_from],
    [t("report.recipients"), report.original_recipients > 0 ? t("report.count", { n: report.original_recipients }) : ""],
    [t("report.arrived"), Number.isNaN(arrived) ? "" : moment(arrived)],
    [t("report.incidents"), t("report.count", { n: report.incidents })],
    [t("report.agent"), report.user_agent],
  ];
  return (
    <>
      <h3 class="label">{t("report.title")}</h3>
      <dl class="fields" data-testid="report">
        {rows.filter(([, value]) => value !== "").map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>)}
      </dl>
    </>
  );
}

export function Details({ entry, content }: { readonly entry: Extract<Entry, { kind: "open" }>; readonly content: Content }): JSX.Element {
  const { auth } = entry.summary;
  const rows: readonly (readonly [string, string])[] = [
    [t("details.received"), moment(entry.receivedAt)],
    ["SPF", t(`outcome.${auth.spf}`)],
    ["DKIM", t(`outcome.${auth.dkim}`)],
    ["DMARC", t(`outcome.${auth.dmarc}`)],
    ["TLS", auth.tls ?? t("details.clear")],
  ];
  return (
    <div data-testid="details">
      <dl class="fields">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {content.report !== null && <Report report={content.report} />}
      <h3 class="label">{t("details.headers")}</h3>
      <dl class="fields">
        {content.headers.map((field) => <div><dt>{field.name}</dt><dd dir="auto">{field.value}</dd></div>)}
      </dl>
    </div>
  );
}
