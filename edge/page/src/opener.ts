// The browser's Wasm, `edge/opener`: draws capabilities, derives what follows from them, opens seals.
import init, { Opener, generate } from "mayfly-opener";
import { fromBase64Url } from "./base64.ts";
import { inflate } from "./inflate.ts";
import { ADDRESS_OCTETS, CONTENT_OCTETS, DELIVERY_OCTETS, RAW_OCTETS, SUMMARY_OCTETS } from "./limits.ts";
import { asSummary, type Summary } from "./wire.ts";

/** The build replaces this by the name of the hashed file. */
declare const OPENER_WASM: string;

const PART = { summary: 1, content: 2, raw: 3, address: 4, delivery: 5 } as const;

/** An inbox's own address is sealed under the message id of sixteen zero octets. */
const NO_MESSAGE = "a".repeat(26);

let ready: Promise<unknown> | undefined;

/** Loads the module once. */
function load(): Promise<unknown> {
  ready ??= init({ module_or_path: fetch(OPENER_WASM) }).catch((error: unknown) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

/** A new capability: a secret, from the browser's own randomness. */
export async function draw(): Promise<string> {
  await load();
  return generate(crypto.getRandomValues(new Uint8Array(32)));
}

/** All that follows from one capability. */
export class Keys {
  private constructor(
    private readonly opener: Opener,
    /** The secret itself, for the private link. */
    readonly capability: string,
    readonly inboxId: string,
    readonly readToken: string,
    readonly readTokenHash: string,
    readonly publicKey: string,
  ) {}

  /** Throws if `capability` is none. */
  static async of(capability: string): Promise<Keys> {
    await load();
    const opener = new Opener(capability);
    return new Keys(opener, capability, opener.inboxId, opener.readToken, opener.readTokenHash, opener.publicKey);
  }

  async summary(messageId: string, sealed: string): Promise<Summary> {
    return asSummary(JSON.parse(await this.#text(messageId, PART.summary, fromBase64Url(sealed), SUMMARY_OCTETS)));
  }

  /** JSON of whatever form: checked where it is shown, by code that is loaded then. */
  async content(messageId: string, sealed: string): Promise<unknown> {
    return JSON.parse(await this.#text(messageId, PART.content, fromBase64Url(sealed), CONTENT_OCTETS));
  }

  /** The same of a record of mail that did not come. */
  async delivery(id: string, sealed: string): Promise<unknown> {
    return JSON.parse(await this.#text(id, PART.delivery, fromBase64Url(sealed), DELIVERY_OCTETS));
  }

  raw(messageId: string, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#open(messageId, PART.raw, sealed, RAW_OCTETS);
  }

  address(sealed: string): Promise<string> {
    return this.#text(NO_MESSAGE, PART.address, fromBase64Url(sealed), ADDRESS_OCTETS);
  }

  async #text(messageId: string, part: number, sealed: Uint8Array, limit: number): Promise<string> {
    return new TextDecoder("utf-8", { fatal: true }).decode(await this.#open(messageId, part, sealed, limit));
  }

  async #open(messageId: string, part: number, sealed: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer>> {
    const opened = this.opener.open(messageId, part, sealed);
    const { deflated } = opened;
    const bytes = opened.bytes as Uint8Array<ArrayBuffer>;
    opened.free();
    if (deflated) return inflate(bytes, limit);
    if (bytes.length > limit) throw new Error(`more than ${limit} octets`);
    return bytes;
  }
}
