// What is left of the inbox's day: a line from dawn to dusk, the time, and the two ways to change it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { countdown, elapsed } from "../clock.ts";
import type { Inbox } from "../inbox.ts";
import { t } from "../i18n.ts";
import { EXPIRY_WARNING } from "../limits.ts";
import { useNow } from "./now.ts";
import { say } from "./say.ts";

interface Props {
  readonly inbox: Inbox | undefined;
  readonly onExtend: () => Promise<void>;
  readonly onErase: () => void;
  readonly onOver: () => void;
}

export function Lifetime({ inbox, onExtend, onErase, onOver }: Props): JSX.Element {
  const now = useNow(1000);
  const [extending, setExtending] = useState<"idle" | "asking">("idle");
  const warned = useRef(0);
  const left = inbox ? inbox.expiresAt - now : Infinity;
  useEffect(() => {
    if (!inbox) return;
    if (left <= 0) onOver();
    else if (left < EXPIRY_WARNING && warned.current !== inbox.expiresAt) {
      warned.current = inbox.expiresAt;
      say(t("life.soon", { n: Math.ceil(left / 60_000) }));
    }
  }, [inbox, left <= 0, left < EXPIRY_WARNING]);
  const extend = async () => {
    setExtending("asking");
    await onExtend();
    setExtending("idle");
  };
  const share = inbox ? elapsed(inbox.createdAt, inbox.expiresAt, now) : 0;
  return (
    <div class="life" data-soon={left < EXPIRY_WARNING ? "" : undefined}>
      <div class="line" aria-hidden="true"><i style={{ insetInlineStart: `${(share * 100).toFixed(2)}%` }} /></div>
      <p class="left">
        <span role="timer" aria-live="off" data-testid="countdown">{inbox ? countdown(inbox.expiresAt, now) : "–:––:––"}</span> {t("life.left")}
      </p>
      <button type="button" class="quiet" data-testid="extend" disabled={!inbox || extending === "asking"} onClick={extend}>{t("life.extend")}</button>
      <button type="button" class="quiet danger" data-testid="delete-inbox" disabled={!inbox} onClick={onErase}>{t("life.erase")}</button>
    </div>
  );
}
