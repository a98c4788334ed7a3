// The message as it came, and as a file.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../../inbox.ts";
import { t } from "../../i18n.ts";
import { SOURCE_CHARS } from "../../limits.ts";
import { safeName } from "../../mail/filename.ts";
import { failureText } from "../failure.tsx";
import { SaveIcon } from "../icons.tsx";
import { save, type Raw } from "./raw.ts";

type Shown = { readonly kind: "opening" } | { readonly kind: "failed"; readonly failure: Failure } | { readonly kind: "open"; readonly raw: Uint8Array<ArrayBuffer> };

export function Source({ raw, name }: { readonly raw: Raw; readonly name: string }): JSX.Element {
  const [shown, setShown] = useState<Shown>({ kind: "opening" });
  useEffect(() => {
    void raw().then((done) => setShown(done.kind === "ok" ? { kind: "open", raw: done.value } : done));
  }, []);
  if (shown.kind === "opening") return <p class="waiting" role="status">{t("loading")}</p>;
  if (shown.kind === "failed") return <p class="trouble" role="alert">{failureText(shown.failure)}</p>;
  const text = new TextDecoder().decode(shown.raw.subarray(0, SOURCE_CHARS));
  return (
    <>
      <button type="button" data-testid="download-eml" onClick={() => save(shown.raw, `${safeName(name, "message")}.eml`)}><SaveIcon />{t("source.save")}</button>
      {shown.raw.length > SOURCE_CHARS && <p class="hint">{t("source.cut")}</p>}
      <pre class="source" data-testid="source" dir="ltr">{text}</pre>
    </>
  );
}
