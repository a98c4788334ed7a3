// One message, opened. Loaded, with the sanitiser, when the first message is opened.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Entry, Failure } from "../../inbox.ts";
import { t } from "../../i18n.ts";
import { asContent } from "../../mail/content.ts";
import type { Content } from "../../wire.ts";
import type { Actions } from "../App.tsx";
import { failureText } from "../failure.tsx";
import { BackIcon, DeleteIcon } from "../icons.tsx";
import { say } from "../say.ts";
import { Take } from "../Take.tsx";
import { Attachments } from "./Attachments.tsx";
import { Details, Verdict } from "./Details.tsx";
import { Html } from "./Html.tsx";
import { rawOnce, type Raw } from "./raw.ts";
import { Source } from "./Source.tsx";
import { Tabs } from "./Tabs.tsx";
import { Text } from "./Text.tsx";

type Opening = { readonly kind: "opening" } | { readonly kind: "failed"; readonly failure: Failure } | { readonly kind: "open"; readonly content: Content };

interface Props {
  readonly entry: Extract<Entry, { kind: "open" }>;
  readonly actions: Actions;
  readonly onClose: () => void;
}

export function View({ entry, actions, onClose }: Props): JSX.Element {
  const [opening, setOpening] = useState<Opening>({ kind: "opening" });
  const heading = useRef<HTMLHeadingElement>(null);
  const raw = useRef<Raw>(rawOnce(() => actions.raw(entry.id)));
  const { summary } = entry;
  const load = async () => {
    setOpening({ kind: "opening" });
    const done = await actions.content(entry.id);
    setOpening(done.kind === "ok" ? { kind: "open", content: asContent(done.value) } : done);
  };
  useEffect(() => {
    heading.current?.focus();
    void load();
  }, []);
  const remove = async () => {
    const done = await actions.deleteMessage(entry.id);
    say(done.kind === "ok" ? t("message.deleted") : failureText(done.failure));
    if (done.kind === "ok") onClose();
  };
  return (
    <article class="view" data-testid="view" data-id={entry.id} aria-labelledby="subject">
      <div class="bar">
        <button type="button" class="quiet" data-testid="close" onClick={onClose}><BackIcon />{t("message.close")}</button>
        <button type="button" class="quiet danger" data-testid="delete-message" onClick={remove}><DeleteIcon />{t("message.delete")}</button>
      </div>
      <h2 id="subject" ref={heading} tabIndex={-1} dir="auto">{summary.subject || t("subject.none")}</h2>
      <p class="sender">
        {summary.from.name !== "" && <b dir="auto">{summary.from.name} </b>}
        <bdi dir="ltr">{summary.from.address || t("from.nobody")}</bdi>
        <Verdict auth={summary.auth} />
      </p>
      <Take summary={summary} />
      {opening.kind === "opening" && <p class="waiting" role="status">{t("loading")}</p>}
      {opening.kind === "failed" && (
        <div class="trouble" role="alert">
          <p>{failureText(opening.failure)}</p>
          <button type="button" data-testid="retry" onClick={load}>{t("retry")}</button>
        </div>
      )}
      {opening.kind === "open" && <Opened entry={entry} content={opening.content} raw={raw.current} />}
    </article>
  );
}

function Opened({ entry, content, raw }: { readonly entry: Props["entry"]; readonly content: Content; readonly raw: Raw }): JSX.Element {
  const { html, text } = content;
  return (
    <>
      <Attachments attachments={content.attachments} raw={raw} />
      <Tabs
        label={t("tabs.label")}
        tabs={[
          ...(html === null ? [] : [{ id: "html", label: t("tab.html"), panel: () => <Html html={html} inline={content.inline} /> }]),
          ...(text === null && html !== null ? [] : [{ id: "text", label: t("tab.text"), panel: () => <Text text={text ?? ""} /> }]),
          { id: "details", label: t("tab.details"), panel: () => <Details entry={entry} content={content} /> },
          { id: "source", label: t("tab.source"), panel: () => <Source raw={raw} name={entry.summary.subject} /> },
        ]}
      />
    </>
  );
}
