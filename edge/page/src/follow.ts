// Follows an inbox: lists it, then hears its events over a fetch that streams; polls where streams do not pass.
// Resumes by cursor, so that nothing is missed and nothing told twice, however often the network breaks.
import { ask, listMessages } from "./api.ts";
import { pause, way } from "./backoff.ts";
import type { Failure, Link } from "./inbox.ts";
import { EVENT_OCTETS, POLL_WAIT, STREAM_SILENCE, STREAM_START } from "./limits.ts";
import { EventParser, type ServerEvent } from "./sse.ts";
import type { SealedEntry } from "./wire.ts";

export interface Ear {
  /** All that a listing brought, oldest first. */
  listed(entries: readonly SealedEntry[]): Promise<void>;
  arrived(entry: SealedEntry): Promise<void>;
  deleted(id: string): void;
  /** Mail did not come, and there is a record of it. */
  missed(id: string): void;
  expires(at: string): void;
  link(link: Link): void;
  /** The inbox is over or closed to us: following ends. */
  over(failure: Failure): void;
}

type Heard = { readonly kind: "lived" } | { readonly kind: "failed"; readonly failure: Failure };

/** Runs until `signal` aborts or the inbox is over. */
export async function follow(id: string, token: string, ear: Ear, signal: AbortSignal): Promise<void> {
  let cursor = "";
  let failures = 0;
  let streamFailures = 0;

  /** Lists what is new; false once it is over. */
  const list = async (wait: number): Promise<Heard> => {
    const answer = await listMessages(id, token, cursor, wait, signal);
    if (answer.kind === "failed") return answer;
    cursor = answer.value.cursor;
    await ear.listed(answer.value.messages);
    if (streamFailures > 0) ear.link({ kind: answer.source === "kv" ? "edge" : "live" });
    return { kind: "lived" };
  };

  while (!signal.aborted) {
    // A listing first: it shows at once what is there, and tells a dead network from streams that do not pass.
    const started = Date.now();
    let heard = await list(way(streamFailures) === "poll" ? POLL_WAIT : 0);
    if (heard.kind === "lived" && way(streamFailures) === "stream") {
      const streamed = await stream(id, token, () => cursor, async (event) => {
        await hear(event, ear);
        if (event.id) cursor = event.id;
      }, () => ear.link({ kind: "live" }), signal);
      streamFailures = streamed.kind === "lived" ? 0 : streamFailures + 1;
      if (streamed.kind === "failed" && isOver(streamed.failure)) heard = streamed;
    } else if (heard.kind === "lived") streamFailures++;
    if (signal.aborted) return;
    if (heard.kind === "failed" && isOver(heard.failure)) return ear.over(heard.failure);
    failures = heard.kind === "lived" ? 0 : failures + 1;
    if (heard.kind === "failed") ear.link(linkOf(heard.failure));
    // A poll that waited its time is followed by the next at once; one answered early is not hammered on.
    const waited = heard.kind === "lived" && Date.now() - started > (POLL_WAIT * 1000) / 2;
    const limited = heard.kind === "failed" && heard.failure.kind === "limited" ? heard.failure.until - Date.now() : 0;
    if (!waited) await rest(Math.max(limited, pause(Math.max(failures, streamFailures), Math.random())), signal);
  }
}

const isOver = (failure: Failure): boolean => failure.kind === "gone" || failure.kind === "denied";

function linkOf(failure: Failure): Link {
  if (failure.kind === "limited") return failure;
  return { kind: failure.kind === "offline" ? "offline" : "reconnecting" };
}

async function hear(event: ServerEvent, ear: Ear): Promise<void> {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return;
  }
  if (event.name === "message") await ear.arrived(data as SealedEntry);
  else if (event.name === "deleted") ear.deleted((data as { id: string }).id);
  else if (event.name === "delivery") ear.missed((data as { id: string }).id);
  else if (event.name === "expiring") ear.expires((data as { expires_at: string }).expires_at);
}

/** One stream from its request to its end; it lived if it was answered with one. */
async function stream(
  id: string,
  token: string,
  cursor: () => string,
  onEvent: (event: ServerEvent) => Promise<void>,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<Heard> {
  const watch = new AbortController();
  const stop = () => watch.abort();
  signal.addEventListener("abort", stop);
  let alarm = setTimeout(stop, STREAM_START);
  try {
    const headers = { accept: "text/event-stream", "last-event-id": cursor() };
    const answer = await ask(`/inboxes/${id}/events`, { token, signal: watch.signal, headers });
    if (answer.kind === "failed") return answer;
    const { body } = answer.value;
    if (body === null || !answer.value.headers.get("content-type")?.startsWith("text/event-stream")) {
      return { kind: "failed", failure: { kind: "down" } };
    }
    onOpen();
    const parser = new EventParser(EVENT_OCTETS);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      clearTimeout(alarm);
      alarm = setTimeout(stop, STREAM_SILENCE);
      const { done, value } = await reader.read();
      if (done) return { kind: "lived" };
      for (const event of parser.push(value)) await onEvent(event);
    }
  } catch {
    // The network broke, the stream fell silent, or an event was too large: the next listing catches up.
    return { kind: "lived" };
  } finally {
    clearTimeout(alarm);
    watch.abort();
    signal.removeEventListener("abort", stop);
  }
}

/** Waits; coming online, or the page coming into view, ends the wait. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", seen);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const seen = () => {
      if (document.visibilityState === "visible") wake();
    };
    const timer = setTimeout(wake, milliseconds);
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", wake);
  });
}
