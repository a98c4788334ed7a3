// Attachments, as downloads and nothing else; what was withheld is named, and cannot be had.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n.ts";
import { decodeRange } from "../../mail/decode.ts";
import { safeName, sizeText } from "../../mail/filename.ts";
import type { Attachment } from "../../wire.ts";
import { failureText } from "../failure.tsx";
import { SaveIcon } from "../icons.tsx";
import { say } from "../say.ts";
import { save, type Raw } from "./raw.ts";

export function Attachments({ attachments, raw }: { readonly attachments: readonly Attachment[]; readonly raw: Raw }): JSX.Element | null {
  const [busy, setBusy] = useState<number | null>(null);
  if (attachments.length === 0) return null;
  const take = async (it: Attachment, name: string) => {
    setBusy(it.n);
    const done = await raw();
    setBusy(null);
    if (done.kind === "failed") return say(failureText(done.failure));
    try {
      save(decodeRange(done.value, it.offset, it.length, it.encoding), name);
      say(t("attachment.saved", { name }));
    } catch {
      say(t("failure.unreadable"));
    }
  };
  return (
    <ul class="attachments" aria-label={t("list.attachments", { n: attachments.length })}>
      {attachments.map((it) => {
        const name = safeName(it.filename, t("attachment.nameless", { n: it.n + 1 }));
        const size = sizeText(it.size, document.documentElement.lang);
        if (it.withheld !== null) {
          return (
            <li key={it.n} class="withheld" data-testid="withheld" data-n={it.n}>
              <span class="name" dir="auto">{name}</span> <span class="size">{size}</span>
              <p class="danger">{t("attachment.withheld", { danger: t(`danger.${it.withheld}`) })}</p>
            </li>
          );
        }
        return (
          <li key={it.n}>
            <button type="button" data-testid="attachment" data-n={it.n} disabled={busy === it.n} onClick={() => take(it, name)}>
              <SaveIcon />
              <span class="name" dir="auto">{name}</span>
              <span class="size">{size}</span>
            </button>
            {it.danger !== null && <p class="danger" data-testid="danger">{t("attachment.danger", { danger: t(`danger.${it.danger}`) })}</p>}
          </li>
        );
      })}
    </ul>
  );
}
