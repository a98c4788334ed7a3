// How the page hears of new mail, in a word or two; a sentence where something is amiss.
import type { JSX } from "preact";
import type { Link } from "../inbox.ts";
import { t } from "../i18n.ts";

export function StateLine({ link }: { readonly link: Link }): JSX.Element {
  const amiss = link.kind !== "live" && link.kind !== "connecting";
  return (
    <p class="state" role="status" data-testid="state" data-state={link.kind} data-amiss={amiss ? "" : undefined}>
      <i aria-hidden="true" />
      {t(`state.${link.kind}`)}
    </p>
  );
}
