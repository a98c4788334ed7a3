// What the page can do, and the one place where the inbox's state is held. Ties api, opener, session and follow together.
import * as api from "./api.ts";
import { follow } from "./follow.ts";
import { privateLink, readFragment } from "./fragment.ts";
import { STARTING, step, type Entry, type Failure, type Happening, type Inbox, type State } from "./inbox.ts";
import { collect } from "./inflate.ts";
import { RAW_OCTETS } from "./limits.ts";
import { draw, Keys } from "./opener.ts";
import { forget, recall, remember } from "./session.ts";
import type { InboxView, SealedEntry } from "./wire.ts";

/** A record of mail that did not come: JSON of whatever form, or nothing where its seal does not hold. */
export interface Noted {
  readonly id: string;
  readonly at: number;
  readonly record: unknown;
}

export type Done<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "failed"; readonly failure: Failure };
const fail = (failure: Failure): { kind: "failed"; failure: Failure } => ({ kind: "failed", failure });

/** What becomes of the inbox that a new one replaces. */
export type Old = "keep" | "erase";

export class Service {
  #state: State = STARTING;
  #keys: Keys | undefined;
  #following = new AbortController();
  /** How far the server's clock is ahead of ours: an inbox ends by its clock, and is counted down by ours. */
  #ahead = 0;
  #watchers = new Set<() => void>();

  get state(): State {
    return this.#state;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Opens the inbox of the private link, else the one that this tab remembers, else a new one. */
  async start(): Promise<void> {
    this.#tell({ kind: "started" });
    const fragment = readFragment(location.hash);
    // Out of the address bar and the history before anything else happens.
    if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);
    if (fragment.kind === "capability") remember(fragment.text);
    const capability = fragment.kind === "capability" ? fragment.text : recall();
    const made = capability === null ? await this.create({}) : await this.#reopen(capability);
    if (made.kind === "failed") this.#tell(made.failure.kind === "gone" ? { kind: "ended", how: "expired" } : { ...made, kind: "failed" });
  }

  /** Makes an inbox under new keys and turns the page to it; the state stays as it was if that fails. */
  async create(wish: api.Wish): Promise<Done<null>> {
    let keys: Keys;
    try {
      keys = await Keys.of(await draw());
    } catch {
      return fail({ kind: navigator.onLine ? "down" : "offline" });
    }
    const made = await api.createInbox(keys, wish);
    if (made.kind === "failed") return made;
    remember(keys.capability);
    this.#ahead = made.ahead;
    return this.#turnTo(keys, made.value, "none yet");
  }

  /** A new inbox in place of this one. */
  async change(wish: api.Wish, old: Old): Promise<Done<null>> {
    const before = this.#keys;
    const made = await this.create(wish);
    if (made.kind === "ok" && old === "erase" && before) void api.deleteInbox(before.inboxId, before.readToken);
    return made;
  }

  async extend(): Promise<Done<null>> {
    return this.#with(async (keys) => {
      const answer = await api.extendInbox(keys.inboxId, keys.readToken);
      if (answer.kind === "failed") return this.#overIfGone(answer.failure);
      this.#tell({ kind: "expires", at: this.#ours(answer.value.expires_at) });
      return { kind: "ok", value: null };
    });
  }

  async erase(): Promise<Done<null>> {
    return this.#with(async (keys) => {
      const answer = await api.deleteInbox(keys.inboxId, keys.readToken);
      if (answer.kind === "failed" && answer.failure.kind !== "gone") return answer;
      this.#leave({ kind: "ended", how: "erased" });
      return { kind: "ok", value: null };
    });
  }

  async deleteMessage(id: string): Promise<Done<null>> {
    return this.#with(async (keys) => {
      const answer = await api.deleteMessage(keys.inboxId, id, keys.readToken);
      if (answer.kind === "failed" && answer.failure.kind !== "gone") return answer;
      this.#tell({ kind: "deleted", id });
      return { kind: "ok", value: null };
    });
  }

  async content(id: string): Promise<Done<unknown>> {
    return this.#with(async (keys) => {
      const answer = await api.getMessage(keys.inboxId, id, keys.readToken);
      if (answer.kind === "failed") return answer;
      const sealed = answer.value.sealed.content;
      if (sealed === undefined) return fail({ kind: "down" });
      try {
        return { kind: "ok", value: await keys.content(id, sealed) };
      } catch {
        return fail({ kind: "unreadable" });
      }
    });
  }

  /** Why mail did not come. */
  async deliveries(): Promise<Done<readonly Noted[]>> {
    return this.#with(async (keys) => {
      const answer = await this.#countMissed(keys);
      if (answer.kind === "failed") return answer;
      const noted: Noted[] = [];
      for (const { id, at, sealed } of answer.value.deliveries) {
        noted.push({ id, at: this.#ours(at), record: await keys.delivery(id, sealed).catch(() => undefined) });
      }
      return { kind: "ok", value: noted };
    });
  }

  async raw(id: string): Promise<Done<Uint8Array<ArrayBuffer>>> {
    return this.#with(async (keys) => {
      const answer = await api.getRaw(keys.inboxId, id, keys.readToken);
      if (answer.kind === "failed") return answer;
      const { body } = answer.value;
      if (body === null) return fail({ kind: "down" });
      let sealed: Uint8Array;
      try {
        // Padding adds at most an eighth, the envelope a little more than a kilobyte.
        sealed = await collect(body, RAW_OCTETS + RAW_OCTETS / 8 + 4096);
      } catch {
        return fail({ kind: "down" });
      }
      try {
        return { kind: "ok", value: await keys.raw(id, sealed) };
      } catch {
        return fail({ kind: "unreadable" });
      }
    });
  }

  read(id: string): void {
    this.#tell({ kind: "read", id });
  }

  /** The link that is the inbox; a secret. */
  get link(): string {
    return this.#keys ? privateLink(location.origin, this.#keys.capability) : "";
  }

  /** Called when the clock passes the inbox's end. Another tab may have extended it: the service has the last word. */
  async expire(): Promise<void> {
    const keys = this.#keys;
    if (!keys) return;
    const answer = await api.getInbox(keys.inboxId, keys.readToken);
    if (this.#keys !== keys) return;
    const at = answer.kind === "ok" ? this.#ours(answer.value.expires_at) : 0;
    if (at > Date.now()) this.#tell({ kind: "expires", at });
    else this.#leave({ kind: "ended", how: "expired" });
  }

  /** A count that cannot be had leaves the one that is shown. */
  async #countMissed(keys: Keys): ReturnType<typeof api.listDeliveries> {
    const answer = await api.listDeliveries(keys.inboxId, keys.readToken);
    if (answer.kind === "ok" && this.#keys === keys) this.#tell({ kind: "missed", ids: answer.value.deliveries.map((one) => one.id) });
    return answer;
  }

  #ours(time: string): number {
    return Date.parse(time) - this.#ahead;
  }

  async #reopen(capability: string): Promise<Done<null>> {
    let keys: Keys;
    try {
      keys = await Keys.of(capability);
    } catch {
      forget();
      return fail({ kind: "denied" });
    }
    const answer = await api.getInbox(keys.inboxId, keys.readToken);
    if (answer.kind === "ok") {
      this.#ahead = answer.ahead;
      return this.#turnTo(keys, answer.value, "to be listed");
    }
    if (answer.failure.kind === "gone") forget();
    return answer;
  }

  async #turnTo(keys: Keys, view: InboxView, mail: "none yet" | "to be listed"): Promise<Done<null>> {
    let address: string;
    try {
      address = view.address ?? (view.sealed ? await keys.address(view.sealed.address) : "");
    } catch {
      return fail({ kind: "unreadable" });
    }
    const inbox: Inbox = {
      id: view.id,
      address,
      domain: view.domain,
      createdAt: this.#ours(view.created_at),
      expiresAt: this.#ours(view.expires_at),
    };
    this.#following.abort();
    this.#following = new AbortController();
    this.#keys = keys;
    this.#tell({ kind: "opened", inbox, mail });
    void this.#follow(keys, this.#following.signal);
    return { kind: "ok", value: null };
  }

  #follow(keys: Keys, signal: AbortSignal): Promise<void> {
    const tell = (happening: Happening) => {
      if (!signal.aborted) this.#tell(happening);
    };
    return follow(keys.inboxId, keys.readToken, {
      listed: async (sealed) => {
        const entries: Entry[] = [];
        for (const one of sealed) entries.push(await this.#openEntry(keys, one));
        tell({ kind: "listed", entries });
        if (!signal.aborted) void this.#countMissed(keys);
      },
      arrived: async (sealed) => tell({ kind: "arrived", entry: await this.#openEntry(keys, sealed) }),
      deleted: (id) => tell({ kind: "deleted", id }),
      missed: (id) => tell({ kind: "missed one", id }),
      expires: (at) => tell({ kind: "expires", at: this.#ours(at) }),
      link: (link) => tell({ kind: "link", link }),
      over: (failure) => {
        if (!signal.aborted) this.#overIfGone(failure);
      },
    }, signal);
  }

  #overIfGone(failure: Failure): Done<null> {
    if (failure.kind === "gone") this.#leave({ kind: "ended", how: "expired" });
    else if (failure.kind === "denied") this.#leave({ kind: "failed", failure });
    return fail(failure);
  }

  #leave(happening: Happening): void {
    this.#following.abort();
    this.#keys = undefined;
    forget();
    this.#tell(happening);
  }

  async #with<T>(deed: (keys: Keys) => Promise<Done<T>>): Promise<Done<T>> {
    return this.#keys ? deed(this.#keys) : fail({ kind: "gone" });
  }

  #tell(happening: Happening): void {
    this.#state = step(this.#state, happening);
    for (const watcher of this.#watchers) watcher();
  }

  async #openEntry(keys: Keys, sealed: SealedEntry): Promise<Entry> {
    const told = { id: sealed.id, receivedAt: this.#ours(sealed.received_at) };
    try {
      return { ...told, kind: "open", summary: await keys.summary(sealed.id, sealed.sealed.summary) };
    } catch {
      return { ...told, kind: "closed" };
    }
  }
}
