// The text of a message, its web addresses made links that show where they lead.
import type { JSX } from "preact";
import { t } from "../../i18n.ts";
import { linkify } from "../../mail/links.ts";

export function Text({ text }: { readonly text: string }): JSX.Element {
  if (text.trim() === "") return <p class="waiting">{t("text.none")}</p>;
  return (
    <div class="text" data-testid="text" dir="auto">
      {linkify(text).map((run) =>
        run.kind === "text" ? run.text : <a href={run.href} target="_blank" rel="noopener noreferrer nofollow">{run.text}</a>,
      )}
    </div>
  );
}
