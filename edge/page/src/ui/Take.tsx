// What most people open a mail for: the code, copied in one tap, and the confirmation link, with the host it really leads to.
import type { JSX } from "preact";
import { t } from "../i18n.ts";
import { hostOf } from "../mail/links.ts";
import type { Summary } from "../wire.ts";
import { CopyButton } from "./CopyButton.tsx";
import { OutIcon } from "./icons.tsx";

export function Take({ summary }: { readonly summary: Summary }): JSX.Element | null {
  const link = summary.links.find((one) => hostOf(one) !== undefined);
  const [first, ...more] = summary.codes;
  if (first === undefined && link === undefined) return null;
  return (
    <div class="take">
      {first !== undefined && <Code code={first} class="code" />}
      {more.slice(0, 2).map((code) => <Code key={code} code={code} class="code lesser" />)}
      {link !== undefined && (
        <a class="go" data-testid="link" href={link} target="_blank" rel="noopener noreferrer nofollow">
          <OutIcon />
          <span>{t("take.link")} <bdi dir="ltr">{hostOf(link)}</bdi></span>
        </a>
      )}
    </div>
  );
}

function Code({ code, class: look }: { readonly code: string; readonly class: string }): JSX.Element {
  return (
    <CopyButton class={code.length > 9 ? "code lesser" : look} text={code} said={t("take.copied", { code })} label={t("take.copy", { code })} testid="code">
      <bdi dir="ltr">{code}</bdi>
    </CopyButton>
  );
}
