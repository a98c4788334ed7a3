// What one tab remembers: the capability, in sessionStorage, so that a reload keeps the inbox and closing the tab forgets it.
// And one wish of the person (shortcuts), in localStorage. Storage may be forbidden; then nothing is remembered.

const CAPABILITY = "mayfly.capability";
const SHORTCUTS = "mayfly.shortcuts";

function attempt<T>(deed: () => T, otherwise: T): T {
  try {
    return deed();
  } catch {
    return otherwise;
  }
}

export const recall = (): string | null => attempt(() => sessionStorage.getItem(CAPABILITY), null);
export const remember = (capability: string): void => attempt(() => sessionStorage.setItem(CAPABILITY, capability), undefined);
export const forget = (): void => attempt(() => sessionStorage.removeItem(CAPABILITY), undefined);

export type Shortcuts = "on" | "off";
export const shortcuts = (): Shortcuts => (attempt(() => localStorage.getItem(SHORTCUTS), null) === "off" ? "off" : "on");
export const setShortcuts = (to: Shortcuts): void => attempt(() => localStorage.setItem(SHORTCUTS, to), undefined);
