// Why mail did not come: a plain table, newest first. Loaded when first asked.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../inbox.ts";
import { t } from "../i18n.ts";
import { asMissed } from "../missed.ts";
import type { Noted } from "../service.ts";
import type { Actions } from "./App.tsx";
import { failureText } from "./failure.tsx";
import { Modal } from "./Modal.tsx";

type Asked = { readonly kind: "asking" } | { readonly kind: "failed"; readonly failure: Failure } | { readonly kind: "ok"; readonly value: readonly Noted[] };

export function Missed({ actions, onClose }: { readonly actions: Actions; readonly onClose: () => void }): JSX.Element {
  const [asked, setAsked] = useState<Asked>({ kind: "asking" });
  const ask = () => {
    setAsked({ kind: "asking" });
    void actions.deliveries().then(setAsked);
  };
  useEffect(ask, []);
  return (
    <Modal title={t("missed.title")} onClose={onClose} testid="missed-dialog">
      <p>{t("missed.what")}</p>
      {asked.kind === "asking" && <p role="status">{t("loading")}</p>}
      {asked.kind === "failed" && (
        <div class="trouble" role="alert" data-testid="missed-failed">
          <p>{failureText(asked.failure)}</p>
          <button type="button" onClick={ask}>{t("retry")}</button>
        </div>
      )}
      {asked.kind === "ok" && <Table noted={asked.value} />}
      <div class="actions"><button type="button" class="primary" data-testid="cancel" onClick={onClose}>{t("close")}</button></div>
    </Modal>
  );
}

/** The roles are said aloud: on a phone the style makes blocks of the rows, and some browsers forget what they are. */
function Table({ noted }: { readonly noted: readonly Noted[] }): JSX.Element {
  if (noted.length === 0) return <p data-testid="missed-none">{t("missed.none")}</p>;
  const heads = [t("missed.when"), t("missed.from"), t("missed.why"), t("missed.told")];
  return (
    <table class="record" role="table" aria-label={t("missed.title")} data-testid="missed-table">
      <thead role="rowgroup"><tr role="row">{heads.map((head) => <th key={head} role="columnheader" scope="col">{head}</th>)}</tr></thead>
      <tbody role="rowgroup">{[...noted].sort((a, b) => b.at - a.at).map((one) => <Row key={one.id} one={one} heads={heads} />)}</tbody>
    </table>
  );
}

function Row({ one, heads }: { readonly one: Noted; readonly heads: readonly string[] }): JSX.Element {
  const missed = asMissed(one.record);
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "medium" }).format(one.at);
  const told = missed?.reply || t("missed.hungup");
  const cells = [
    <time dateTime={new Date(one.at).toISOString()}>{when}</time>,
    missed ? <bdi dir="auto">{missed.domain || t("from.nobody")}</bdi> : "–",
    missed ? <>{missed.reason ? t(`why.${missed.reason}`) : told} <span class="sequel">{t(`missed.${missed.sequel}`)}</span></> : t("failure.unreadable"),
    missed ? <bdi dir="ltr">{told}</bdi> : "–",
  ];
  return <tr role="row" data-testid="missed-row">{cells.map((cell, n) => <td key={n} role="cell" data-head={heads[n]}>{cell}</td>)}</tr>;
}
