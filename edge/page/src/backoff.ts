// How long to wait before trying again, and by which way. Pure: chance is an argument.

const FIRST = 500;
const LONGEST = 30_000;

/** Milliseconds before attempt `failures + 1`: full jitter over a doubling window, never below half of it. */
export function pause(failures: number, chance: number): number {
  const window = Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 10));
  return Math.round(window / 2 + (window / 2) * chance);
}

/** A stream that fails twice in a row gives way to long polls; every fourth try asks for a stream again. */
export function way(streamFailures: number): "stream" | "poll" {
  return streamFailures < 2 || streamFailures % 4 === 0 ? "stream" : "poll";
}
