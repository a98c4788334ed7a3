// The HTML of a message, in a frame without scripts and with an origin of its own; nothing in it is loaded until asked for.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n.ts";
import { makeFrame, type Frame } from "../../mail/frame.ts";
import type { Remote } from "../../mail/policy.ts";
import type { InlinePart } from "../../wire.ts";

type Making = { readonly kind: "making" } | { readonly kind: "failed" } | { readonly kind: "made"; readonly frame: Frame; readonly remote: Remote };

export function Html({ html, inline }: { readonly html: string; readonly inline: readonly InlinePart[] }): JSX.Element {
  const [making, setMaking] = useState<Making>({ kind: "making" });
  const make = (remote: Remote) => {
    makeFrame(html, inline, remote).then(
      (frame) => setMaking({ kind: "made", frame, remote }),
      () => setMaking({ kind: "failed" }),
    );
  };
  useEffect(() => make("blocked"), [html, inline]);
  if (making.kind === "making") return <div class="frame" aria-hidden="true" />;
  if (making.kind === "failed") return <p class="trouble" role="alert">{t("failure.offline")}</p>;
  return (
    <>
      {making.frame.remote === "present" && making.remote === "blocked" && (
        <div class="remote">
          <p>{t("remote.blocked")}</p>
          <button type="button" data-testid="load-images" onClick={() => make("images")}>{t("remote.load")}</button>
        </div>
      )}
      <Pane key={making.remote} frame={making.frame} />
    </>
  );
}

/** A frame made anew for each document, so that no step is added to the history. */
function Pane({ frame }: { readonly frame: Frame }): JSX.Element {
  const ref = useRef<HTMLIFrameElement>(null);
  useLayoutEffect(() => {
    if (ref.current) ref.current.srcdoc = frame.srcdoc;
  }, [frame]);
  return <iframe ref={ref} class="frame" data-testid="frame" title={t("message.frame")} sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" />;
}
