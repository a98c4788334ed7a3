// Time in words and digits. Pure: now is an argument.

/** What is left of an inbox's life as `h:mm:ss`; zero once it is over. */
export function countdown(expiresAt: number, now: number): string {
  const seconds = Math.max(0, Math.floor((expiresAt - now) / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export type Ago = { readonly unit: "now" } | { readonly unit: "minutes" | "hours" | "days"; readonly n: number };

/** How long ago an instant was, in the largest whole unit; a clock that runs ahead makes it `now`. */
export function ago(then: number, now: number): Ago {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return { unit: "now" };
  if (minutes < 60) return { unit: "minutes", n: minutes };
  if (minutes < 48 * 60) return { unit: "hours", n: Math.floor(minutes / 60) };
  return { unit: "days", n: Math.floor(minutes / 1440) };
}

/** The share of its life that an inbox has behind it, from 0 to 1. */
export function elapsed(createdAt: number, expiresAt: number, now: number): number {
  // An extended inbox lives longer than a day; its line still shows the last day.
  const from = Math.max(createdAt, expiresAt - 86_400_000);
  if (expiresAt <= from) return 1;
  return Math.min(1, Math.max(0, (now - from) / (expiresAt - from)));
}
