// The inbox as the page knows it: a value, and how each thing that happens changes it. Pure.
// Not known, known to be empty, and over are three different things, and no failure ever looks like the second.
import type { Summary } from "./wire.ts";

export interface Inbox {
  readonly id: string;
  readonly address: string;
  readonly domain: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Why something could not be done. */
export type Failure =
  | { readonly kind: "offline" }
  | { readonly kind: "limited"; readonly until: number }
  | { readonly kind: "down" }
  | { readonly kind: "gone" }
  | { readonly kind: "denied" }
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unreadable" };

export type Entry = { readonly id: string; readonly receivedAt: number } & (
  | { readonly kind: "open"; readonly summary: Summary }
  /** Its seal does not hold for our key: shown as such, never hidden. */
  | { readonly kind: "closed" }
);

export type Mail =
  | { readonly kind: "unknown" }
  | { readonly kind: "known"; readonly entries: readonly Entry[]; readonly unread: ReadonlySet<string> };

/** How the page hears of new mail. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting" }
  /** The edge answers from what it holds; the home region does not. */
  | { readonly kind: "edge" }
  | { readonly kind: "offline" }
  | { readonly kind: "limited"; readonly until: number };

export type State =
  | { readonly kind: "starting" }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** `missed`: the records of mail that did not come, as far as they were heard of. */
  | { readonly kind: "open"; readonly inbox: Inbox; readonly mail: Mail; readonly link: Link; readonly missed: readonly string[] }
  | { readonly kind: "ended"; readonly how: "expired" | "erased" };

export type Happening =
  | { readonly kind: "started" }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "opened"; readonly inbox: Inbox; readonly mail: "none yet" | "to be listed" }
  | { readonly kind: "listed"; readonly entries: readonly Entry[] }
  | { readonly kind: "arrived"; readonly entry: Entry }
  | { readonly kind: "deleted"; readonly id: string }
  /** All such records that there are, or one that has just come. */
  | { readonly kind: "missed"; readonly ids: readonly string[] }
  | { readonly kind: "missed one"; readonly id: string }
  | { readonly kind: "read"; readonly id: string }
  | { readonly kind: "expires"; readonly at: number }
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "ended"; readonly how: "expired" | "erased" };

export const STARTING: State = { kind: "starting" };

export function step(state: State, happening: Happening): State {
  switch (happening.kind) {
    case "started":
      return STARTING;
    case "failed":
      return { kind: "failed", failure: happening.failure };
    case "ended":
      return { kind: "ended", how: happening.how };
    case "opened": {
      const mail: Mail = happening.mail === "none yet" ? { kind: "known", entries: [], unread: new Set() } : { kind: "unknown" };
      return { kind: "open", inbox: happening.inbox, mail, link: { kind: "connecting" }, missed: [] };
    }
    default:
      return state.kind === "open" ? stepOpen(state, happening) : state;
  }
}

type Within = Exclude<Happening, { kind: "started" | "failed" | "ended" | "opened" }>;
type Open = Extract<State, { kind: "open" }>;

function stepOpen(state: Open, happening: Within): State {
  switch (happening.kind) {
    case "listed":
      return { ...state, mail: happening.entries.reduce(withEntry, known(state.mail)) };
    case "arrived":
      return { ...state, mail: withEntry(known(state.mail), happening.entry) };
    case "deleted": {
      if (state.mail.kind === "unknown") return state;
      const unread = new Set(state.mail.unread);
      unread.delete(happening.id);
      return { ...state, mail: { kind: "known", entries: state.mail.entries.filter((one) => one.id !== happening.id), unread } };
    }
    case "missed":
      return { ...state, missed: happening.ids };
    case "missed one":
      return state.missed.includes(happening.id) ? state : { ...state, missed: [...state.missed, happening.id] };
    case "read": {
      if (state.mail.kind === "unknown" || !state.mail.unread.has(happening.id)) return state;
      const unread = new Set(state.mail.unread);
      unread.delete(happening.id);
      return { ...state, mail: { ...state.mail, unread } };
    }
    case "expires":
      return { ...state, inbox: { ...state.inbox, expiresAt: happening.at } };
    case "link":
      return { ...state, link: happening.link };
  }
}

type Known = Extract<Mail, { kind: "known" }>;
const known = (mail: Mail): Known => (mail.kind === "known" ? mail : { kind: "known", entries: [], unread: new Set() });

/** Newest first; the same message told twice is one. */
function withEntry(mail: Known, entry: Entry): Known {
  if (mail.entries.some((one) => one.id === entry.id)) return mail;
  const entries = [...mail.entries, entry].sort((a, b) => b.receivedAt - a.receivedAt);
  return { kind: "known", entries, unread: new Set(mail.unread).add(entry.id) };
}
