// A button that copies a text, says so, and shows it for a moment without changing its size.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { copy } from "./copy.ts";
import { CopyIcon, DoneIcon } from "./icons.tsx";
import { say } from "./say.ts";

interface Props {
  readonly text: string;
  readonly said: string;
  readonly class: string;
  readonly testid: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

export async function copyAndSay(text: string, said: string): Promise<"copied" | "refused"> {
  const outcome = await copy(text);
  say(outcome === "copied" ? said : t("copy.refused"));
  return outcome;
}

export function CopyButton({ text, said, testid, label, children, ...rest }: Props): JSX.Element {
  const [shown, setShown] = useState<"idle" | "copied">("idle");
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onClick = async () => {
    if ((await copyAndSay(text, said)) === "refused") return;
    setShown("copied");
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setShown("idle"), 1800);
  };
  return (
    <button type="button" class={rest.class} data-testid={testid} data-copied={shown === "copied" ? "" : undefined} aria-label={label} disabled={text === ""} onClick={onClick}>
      {shown === "copied" ? <DoneIcon /> : <CopyIcon />}
      {children}
    </button>
  );
}
