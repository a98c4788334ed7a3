// Single-key shortcuts. They can be switched off (WCAG 2.1.4), and never act while something is typed or asked.
import { useEffect } from "preact/hooks";
import type { Shortcuts } from "../session.ts";

export type Deeds = Readonly<Record<string, () => void>>;

export function useShortcuts(switched: Shortcuts, deeds: Deeds): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (document.querySelector("dialog[open]")) return;
      const target = event.target as Element | null;
      if (target?.closest("input, textarea, select, [contenteditable]")) return;
      // Escape is no character key: it closes the message even where shortcuts are off.
      if (switched === "off" && event.key !== "Escape") return;
      const deed = deeds[event.key];
      if (deed === undefined) return;
      event.preventDefault();
      deed();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/** Moves the focus to the next or the previous message of the list. */
export function moveInList(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-testid=open-message]:not(:disabled)")];
  const at = rows.findIndex((row) => row === document.activeElement || row.getAttribute("aria-current") === "true");
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
