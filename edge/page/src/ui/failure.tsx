// Failures in words, with the wait counted down where there is one.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Failure } from "../inbox.ts";
import { t } from "../i18n.ts";
import { useNow } from "./now.ts";

export function failureText(failure: Failure, now = Date.now()): string {
  switch (failure.kind) {
    case "limited":
      return t("failure.limited", { n: Math.max(1, Math.ceil((failure.until - now) / 1000)) });
    case "refused":
      // The API's own sentence: English, but it names the field and its bounds.
      return failure.detail || t("failure.refused");
    default:
      return t(`failure.${failure.kind}`);
  }
}

/** Where nothing could be opened: what happened, and the way on. Tries again by itself where waiting helps. */
export function Failed({ failure, onRetry, onNew }: { readonly failure: Failure; readonly onRetry: () => void; readonly onNew: () => void }): JSX.Element {
  const now = useNow(1000);
  const lost = failure.kind === "denied" || failure.kind === "unreadable";
  useEffect(() => {
    if (failure.kind !== "limited") return;
    const timer = setTimeout(onRetry, Math.max(1000, failure.until - Date.now()));
    return () => clearTimeout(timer);
  }, [failure]);
  useEffect(() => {
    window.addEventListener("online", onRetry);
    return () => window.removeEventListener("online", onRetry);
  }, []);
  return (
    <section class="notice" data-testid="failed" data-failure={failure.kind}>
      <h2>{t(`failed.${failure.kind === "limited" ? "limited" : failure.kind === "offline" ? "offline" : lost ? "lost" : "down"}`)}</h2>
      <p>{failureText(failure, now)}</p>
      {lost ? (
        <button type="button" class="primary" data-testid="new-address" onClick={onNew}>{t("new")}</button>
      ) : (
        <button type="button" class="primary" data-testid="retry" onClick={onRetry}>{t("retry")}</button>
      )}
    </section>
  );
}
