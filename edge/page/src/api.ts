// `/v1` over fetch, same origin. Every refusal becomes a `Failure`; nothing here throws for what a server says.
import type { Failure } from "./inbox.ts";
import type { InboxView, SealedDeliveries, SealedEntry, SealedList } from "./wire.ts";

export type Answer<T> =
  | {
      readonly kind: "ok";
      readonly value: T;
      /** Who answered: `kv`, `origin` or `edge`. */
      readonly source: string;
      /** How many milliseconds the server's clock is ahead of ours; zero where they agree or it says no time. */
      readonly ahead: number;
    }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface Wish {
  readonly name?: string;
  readonly domain?: string;
}

interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
}

/** Sends one request; resolves to the response if its status is a success. */
export async function ask(path: string, { method = "GET", token, body, signal, headers = {} }: Ask): Promise<Answer<Response>> {
  const all = new Headers(headers);
  if (token !== undefined) all.set("authorization", `Bearer ${token}`);
  if (body !== undefined) all.set("content-type", "application/json");
  let response: Response;
  try {
    response = await fetch(`/v1${path}`, {
      method,
      headers: all,
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch {
    return { kind: "failed", failure: { kind: navigator.onLine ? "down" : "offline" } };
  }
  const { headers: said } = response;
  if (response.ok) return { kind: "ok", value: response, source: said.get("mayfly-source") ?? "origin", ahead: clockAhead(said.get("date"), Date.now()) };
  return { kind: "failed", failure: await failureOf(response) };
}

/** `Date` counts whole seconds and an answer takes its time on the way: a small difference is none. */
export function clockAhead(date: string | null, now: number): number {
  const ahead = date === null ? Number.NaN : Date.parse(date) - now;
  return Math.abs(ahead) > 5000 ? ahead : 0;
}

async function failureOf(response: Response): Promise<Failure> {
  switch (response.status) {
    case 401:
    case 403:
      return { kind: "denied" };
    case 404:
    case 410:
      return { kind: "gone" };
    case 409:
      return { kind: "taken" };
    case 429: {
      const seconds = Number(response.headers.get("retry-after"));
      return { kind: "limited", until: Date.now() + 1000 * (Number.isFinite(seconds) && seconds > 0 ? seconds : 10) };
    }
    case 400:
    case 413:
    case 415:
    case 422: {
      const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
      return { kind: "refused", detail: typeof problem.detail === "string" ? problem.detail : "" };
    }
    default:
      return { kind: "down" };
  }
}

async function json<T>(path: string, how: Ask): Promise<Answer<T>> {
  const answer = await ask(path, how);
  if (answer.kind === "failed") return answer;
  try {
    return { ...answer, value: (await answer.value.json()) as T };
  } catch {
    return { kind: "failed", failure: { kind: "down" } };
  }
}

export const createInbox = (keys: { readonly publicKey: string; readonly readTokenHash: string }, wish: Wish) =>
  json<InboxView>("/inboxes", { method: "POST", body: { public_key: keys.publicKey, read_token_hash: keys.readTokenHash, ...wish } });

export const getInbox = (id: string, token: string) => json<InboxView>(`/inboxes/${id}`, { token });

export const extendInbox = (id: string, token: string) => json<InboxView>(`/inboxes/${id}`, { method: "PATCH", token, body: { extend: true } });

export const deleteInbox = (id: string, token: string) => ask(`/inboxes/${id}`, { method: "DELETE", token });

export const listMessages = (id: string, token: string, since: string, wait: number, signal: AbortSignal) =>
  json<SealedList>(`/inboxes/${id}/messages?${new URLSearchParams({ ...(since ? { since } : {}), ...(wait ? { wait: String(wait) } : {}) })}`, { token, signal });

export const getMessage = (id: string, mid: string, token: string) => json<SealedEntry>(`/inboxes/${id}/messages/${mid}`, { token });

export const getRaw = (id: string, mid: string, token: string) => ask(`/inboxes/${id}/messages/${mid}/raw`, { token });

export const deleteMessage = (id: string, mid: string, token: string) => ask(`/inboxes/${id}/messages/${mid}`, { method: "DELETE", token });

export const listDeliveries = (id: string, token: string) => json<SealedDeliveries>(`/inboxes/${id}/deliveries`, { token });

export const listDomains = () => json<{ readonly domains: readonly { readonly name: string }[] }>("/domains", {});
